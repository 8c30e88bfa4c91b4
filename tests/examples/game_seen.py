"""Plays the game on a screen in memory until a traceback is seen on it and the last bad mod is disabled, and for some seconds, and
interrupts it: GAME WORD..."""
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

SECONDS = float(os.environ.get("PYFERRY_TEST_SECONDS", 6))
LAST = "runaway is disabled:"
# As the screen has it: blue, green, red.
OF_TEXT = bytes([130, 110, 255])


def on_screen(color, folder):
    """How often, in what the X server has in its memory: a file of xwd's."""
    shown = (pathlib.Path(folder) / "Xvfb_screen0").read_bytes()
    size, *words = struct.unpack_from(">20I", shown)
    return shown.count(color, size + 12 * words[18])


def play(command, display, folder):
    environment = {**os.environ, "DISPLAY": f":{display}", "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}
    game = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="replace")
    last = threading.Event()

    def pass_on():
        for line in game.stdout:
            print(line, end="", flush=True)
            if LAST in line:
                last.set()

    reader = threading.Thread(target=pass_on)
    reader.start()
    begun, is_seen = time.monotonic(), False
    while game.poll() is None and not (is_seen and last.is_set() and time.monotonic() >= begun + SECONDS):
        time.sleep(0.1)
        is_seen = is_seen or on_screen(OF_TEXT, folder) >= 3000
    if game.returncode is None:
        game.send_signal(signal.SIGINT)
    game.wait()
    reader.join()
    return 0 if game.returncode == 128 + signal.SIGINT else f"the game ended with {game.returncode}"


with tempfile.TemporaryDirectory() as folder:
    server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1000x600x24", "-nolisten", "tcp", "-fbdir", folder],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        display = server.stdout.readline().strip()
        code = play(sys.argv[1:], display, folder) if display else "Xvfb does not start"
    finally:
        server.terminate()
        server.wait()
sys.exit(code)
