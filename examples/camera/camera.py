"""A simulated camera: noise, and a spot that wanders in a circle."""

import math
import threading
import time

import numpy

import pydev

RADIUS = 32  # the spot is drawn in a square of this half side


class Camera:
    """Publishes frames of uint16 under `name`, and where the spot is under `name`:X and `name`:Y."""

    def __init__(self, name, width=1024, height=1024):
        self.name, self.width, self.height = name, width, height
        self.rate = 100.0
        self.brightness = 1.0
        self._number = 0
        self._running = threading.Event()
        random = numpy.random.default_rng(1)
        self._noise = [random.poisson(100, (height, width)).astype(numpy.uint16) for _ in range(4)]
        y, x = numpy.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1]
        self._spot = 3000 * numpy.exp(-(x**2 + y**2) / (2 * (RADIUS / 4) ** 2))
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def acquire(self, on):
        """Start or stop."""
        if on:
            self._running.set()
        else:
            self._running.clear()

    def set_rate(self, rate):
        """Frames per second."""
        self.rate = rate

    def frame(self, number):
        """The frame of that number, with its number, time and attributes. Each is an array of its own."""
        angle = number * 0.02
        x = round(self.width * (0.5 + 0.3 * math.cos(angle)))
        y = round(self.height * (0.5 + 0.3 * math.sin(angle)))
        pixels = self._noise[number % len(self._noise)].copy()
        square = pixels[y - RADIUS : y + RADIUS + 1, x - RADIUS : x + RADIUS + 1]
        square += (self._spot * self.brightness).astype(numpy.uint16)
        attributes = {"SpotX": x, "SpotY": y, "Rate": self.rate}
        return pydev.NDArray(pixels, attributes, unique_id=number, timestamp=time.time())

    def _run(self):
        due = time.monotonic()
        while True:
            self._running.wait()
            self._number += 1
            frame = self.frame(self._number)
            pydev.iointr(self.name, frame)
            pydev.iointr(self.name + ":X", frame.attributes["SpotX"])
            pydev.iointr(self.name + ":Y", frame.attributes["SpotY"])
            due = max(due + 1 / self.rate, time.monotonic() - 1)  # after a stop it does not catch up for long
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    image = Camera("camera").frame(1)
    print(image.shape, image.dtype, image.attributes)
