"""Native threads call a Python function as often as they can, for a second or until Ctrl-C.

    python3 example.py [seconds]

One of the two sources is stopped. The other still calls when the program ends, which is fine: no call is cut off, and
none begins in a Python that is half gone.
"""

import sys
import threading
import time

import extension_callback

calls = {}  # by thread


def count(number):
    calls[threading.get_ident()] = number + 1


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    stopped = extension_callback.Source(count, threads=2)
    running = extension_callback.Source(count, threads=2)  # as long as somebody keeps it
    end = time.monotonic() + seconds
    try:
        print("two sources, two threads each", flush=True)
        while time.monotonic() < end:
            time.sleep(0.05)
    except KeyboardInterrupt:
        print("interrupted")
    stopped.stop()
    counted = calls.copy()  # without the GIL, a first call by the other source's threads would change it under sum()
    print(f"{sum(counted.values())} calls by {len(counted)} threads")
    return running


if __name__ == "__main__":
    running = main()
