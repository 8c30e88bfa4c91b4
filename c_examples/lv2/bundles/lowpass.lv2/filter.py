"""A low-pass filter of one pole: what is slower than `amount` Hz passes."""
import math


class Filter:
    def __init__(self, rate):
        self.rate = rate
        self.last = 0.0

    def process(self, samples, out, amount):
        """Both are arrays of floats; the host's memory, and for this call only."""
        keep = math.exp(-2 * math.pi * amount / self.rate)
        last = self.last
        for i, sample in enumerate(samples):
            last = sample + keep * (last - sample)
            out[i] = last
        self.last = last
