"""Simulated measurements."""

import numpy

_random = numpy.random.default_rng(1)


def normal(count, mean=10.0, width=2.0):
    """A list of `count` values scattered around the mean."""
    return _random.normal(mean, width, count).tolist()


if __name__ == "__main__":
    print(normal(5))
