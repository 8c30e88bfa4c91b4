"""An echo, a tenth of a second behind, `amount` times as loud as what it answers."""


class Filter:
    def __init__(self, rate):
        self.heard = [0.0] * max(1, round(rate / 10))
        self.place = 0

    def process(self, samples, out, amount):
        """Both are arrays of floats; the host's memory, and for this call only."""
        heard, place = self.heard, self.place
        for i, sample in enumerate(samples):
            heard[place] = out[i] = sample + amount * heard[place]
            place = (place + 1) % len(heard)
        self.place = place
