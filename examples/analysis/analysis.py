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
    bright = numpy.where(pixels > threshold, pixels - threshold, 0)
    across, down = bright.sum(axis=0, dtype=float), bright.sum(axis=1, dtype=float)
    total = across.sum()
    pydev.iointr("Total", total)
    pydev.iointr("Peak", int(pixels.max()))
    if total > 0:
        pydev.iointr("X", STEP * float(across @ numpy.arange(len(across))) / total)
        pydev.iointr("Y", STEP * float(down @ numpy.arange(len(down))) / total)
    pydev.iointr("ProfileX", across)
    pydev.iointr("ProfileY", down)
    counts = numpy.bincount(pixels[::STEP, ::STEP].ravel() // (DEPTH // BINS), minlength=BINS)
    pydev.iointr("Histogram", counts[:BINS])
    return image[:: 2 * STEP, :: 2 * STEP] * (image[:: 2 * STEP, :: 2 * STEP] > threshold)


if __name__ == "__main__":
    spot = numpy.zeros((64, 64), numpy.uint16)
    spot[20:30, 40:50] = 1000
    frame(pydev.NDArray(spot), 100)
    print("X", pydev.iointr("X"), "Y", pydev.iointr("Y"))
