"""A mod that fails in the midst of the game."""

steps = 0


def on_tick(seconds, first, places, speeds):
    global steps
    steps += 1
    if steps == 10:
        speeds[0] = "fast"
