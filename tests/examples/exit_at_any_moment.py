"""Ends in the way and after the seconds that it is told, while native threads call Python as hard as they can."""

import json
import os
import signal
import sys
import threading
import time

import extension_callback

way, moment = sys.argv[1], float(sys.argv[2])
mine = threading.local()
asked = threading.Event()  # for a callback to end it
once = threading.Lock()


def call(number):
    mine.seen = json.loads(json.dumps({"number": number, "thread": threading.get_ident()}))
    if number % 100 == 99:
        time.sleep(0.0001)  # lets go in the midst of a call
    if asked.is_set() and once.acquire(blocking=False):
        if way == "os._exit in a callback":
            os._exit(4)
        elif way == "Ctrl-C in a callback":
            os.kill(os.getpid(), signal.SIGINT)  # which the main thread gets: the native ones block it
        elif way == "stop in a callback":
            source.stop()


source = extension_callback.Source(call, threads=4)
print("ready", flush=True)
if way != "Ctrl-C":
    time.sleep(moment)
asked.set()
if way == "sys.exit":
    sys.exit(3)
elif way == "exception":
    raise RuntimeError("at any moment")
elif way == "os._exit":
    os._exit(4)
elif way.startswith("Ctrl-C") or way == "os._exit in a callback":
    while True:
        time.sleep(0.01)  # not longer: a signal that comes right before a sleep does not end it
elif way == "stop":
    source.stop()
elif way == "drop":
    del source
else:
    assert way in ("return", "stop in a callback"), way
