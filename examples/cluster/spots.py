"""What the workers do with a frame: it is imported there, and needs no IOC."""

import time

import numpy

SMALLER = 4


def profile(pixels, seconds=0.02):
    """The frame, smoothed and smaller: many small pieces of Python, which takes a processor for a while."""
    end = time.perf_counter() + seconds
    small = pixels[::SMALLER, ::SMALLER].astype(float)
    while True:
        small = (small + numpy.roll(small, 1, 0) + numpy.roll(small, 1, 1)) / 3
        if time.perf_counter() > end:
            return small.astype(pixels.dtype)


if __name__ == "__main__":
    print(profile(numpy.ones((64, 64), "u2")).shape)
