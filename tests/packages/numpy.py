import numpy


def step(thread, i):
    a = numpy.arange(2000, dtype=float) + thread
    assert a.sum() == 1999 * 1000 + 2000 * thread
    matrix = numpy.eye(20) * (i + 1)
    assert numpy.allclose(numpy.linalg.solve(matrix, numpy.ones(20)), 1 / (i + 1))
    assert numpy.random.default_rng(i).integers(10, size=100).max() < 10
