"""A mod that in its twentieth step waits for what never comes."""
import time

steps = 0


def on_tick(seconds, first, places, speeds):
    global steps
    steps += 1
    while steps == 20:
        time.sleep(0.001)
