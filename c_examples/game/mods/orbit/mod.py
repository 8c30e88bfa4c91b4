"""Entities that circle the middle of the world, each as fast as it is far away. The beat turns them round, now and then."""
import game

turn = 1.0
beats = 0


def on_tick(seconds, first, places, speeds):
    # places: x, y of everybody, to look at. speeds: of this mod's own, to change. Both for this call only.
    for i in range(0, len(speeds), 2):
        x = places[2 * first + i] - game.WIDTH / 2
        y = places[2 * first + i + 1] - game.HEIGHT / 2
        speeds[i] += (-y * turn - x * 0.1 - speeds[i]) * seconds
        speeds[i + 1] += (x * turn - y * 0.1 - speeds[i + 1]) * seconds


def on_event(name, value):
    global turn, beats
    beats += 1
    if beats % 16 == 0:
        turn = -turn
        game.tone(220 if turn > 0 else 330)


def save():
    return f"{turn} {beats}"


def restore(text):
    global turn, beats
    turn, beats = float(text.split()[0]), int(text.split()[1])
