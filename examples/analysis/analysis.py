"""What is computed of each frame: centroid, profiles, histogram."""

import numpy

import pydev

STEP = 2  # every second pixel in each direction is enough for a spot of many
BINS, DEPTH = 64, 4096


def frame(image, threshold):
    """Publish the results of a frame; return its pixels above the threshold, fewer of them, for the display.

    Each result is published by name, so every record gets the value of just this frame.
    """
    pixels = numpy.asarray(image)[::STEP, ::STEP]
    across, down = profiles(pixels, threshold)
    pydev.iointr("Total", across.sum())
    pydev.iointr("Peak", int(pixels.max()))
    if across.any():
        pydev.iointr("X", STEP * middle(across))
        pydev.iointr("Y", STEP * middle(down))
    pydev.iointr("ProfileX", across)
    pydev.iointr("ProfileY", down)
    counts = numpy.bincount(pixels[::STEP, ::STEP].ravel() // (DEPTH // BINS), minlength=BINS)
    pydev.iointr("Histogram", counts[:BINS])
    return image[:: 2 * STEP, :: 2 * STEP] * (image[:: 2 * STEP, :: 2 * STEP] > threshold)


def profiles(pixels, threshold):
    """What is above the threshold, summed over each column and over each row."""
    bright = numpy.where(pixels > threshold, pixels - threshold, 0)
    return bright.sum(axis=0, dtype=float), bright.sum(axis=1, dtype=float)


def middle(profile):
    """The centre of gravity of a profile; NaN when there is nothing."""
    total = profile.sum()
    return float(profile @ numpy.arange(len(profile)) / total) if total else numpy.nan


if __name__ == "__main__":
    spot = numpy.zeros((64, 64), numpy.uint16)
    spot[20:30, 40:50] = 1000
    frame(pydev.NDArray(spot), 100)
    print("X", pydev.iointr("X"), "Y", pydev.iointr("Y"))
