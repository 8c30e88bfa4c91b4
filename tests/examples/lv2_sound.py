"""Makes a sound as a file of floats, and checks that another is what a filter makes of it in plain Python, bit by bit."""
import array
import math
import runpy
import struct
import sys

RATE = 44100
LATENCY = 512


def make(path):
    sound = array.array("f", (math.sin(i * i / 30000) / 2 for i in range(5000)))
    form = struct.pack("<HHIIHH", 3, 1, RATE, RATE * 4, 4, 32)
    chunks = b"WAVE" + b"".join(name + struct.pack("<I", len(body)) + body
                                for name, body in [(b"fmt ", form), (b"data", sound.tobytes())])
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)


def read(path):
    with open(path, "rb") as file:
        text = file.read()
    place = 12
    while text[place:place + 4] != b"data":
        place += 8 + struct.unpack_from("<I", text, place + 4)[0]
    length, = struct.unpack_from("<I", text, place + 4)
    return array.array("f", text[place + 8:place + 8 + length])


def check(script, amount, before, after):
    sound, came = read(before), read(after)
    wanted = array.array("f", bytes(4 * len(sound)))
    runpy.run_path(script)["Filter"](RATE).process(sound, wanted, float(amount))
    if came != array.array("f", bytes(4 * LATENCY)) + wanted[:-LATENCY]:
        wrong = [i for i, (a, b) in enumerate(zip(came[LATENCY:], wanted)) if a != b]
        sys.exit(f"{len(came)} of {len(sound)} samples came, {len(wrong)} are wrong, the first at {wrong[:1]}")


{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
