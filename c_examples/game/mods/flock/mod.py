"""A flock: each flies on, and a little to where its neighbours are."""
import math

import game

flown = 0.0


def on_tick(seconds, first, places, speeds):
    global flown
    count = len(speeds) // 2
    mine = places[2 * first:2 * first + 2 * count]
    for i in range(count):
        x, y = mine[2 * i], mine[2 * i + 1]
        other = (i + 7) % count
        speed_x = speeds[2 * i] + (mine[2 * other] - x) * seconds * 0.5
        speed_y = speeds[2 * i + 1] + (mine[2 * other + 1] - y) * seconds * 0.5
        # Not out of the world.
        speed_x += (game.WIDTH / 2 - x) * seconds * 0.2
        speed_y += (game.HEIGHT / 2 - y) * seconds * 0.2
        fast = math.hypot(speed_x, speed_y)
        if fast > 120:
            speed_x *= 120 / fast
            speed_y *= 120 / fast
        speeds[2 * i], speeds[2 * i + 1] = speed_x, speed_y
    flown += seconds


def save():
    return str(flown)


def restore(text):
    global flown
    flown = float(text)
    game.log(f"flock: has flown for {flown:.1f} s")
