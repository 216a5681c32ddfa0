"""Two simulated stages, a shutter and a detector; `python devices.py` tries them."""

import asyncio
import math
import time

import pydev


class Stage:
    """Moves at constant speed within -10..10 mm. Publishes its position as `name`."""

    def __init__(self, name, speed=20.0):
        self.name, self.speed = name, speed
        self.position = 0.0
        self._stopped = False
        pydev.iointr(name, self.position)

    async def move(self, to):
        """Returns when it is there, or was stopped."""
        if abs(to) > 10:
            raise ValueError(f"{self.name} = {to:g} mm is outside -10..10 mm")
        self._stopped = False
        begin, since = self.position, time.monotonic()
        while self.position != to and not self._stopped:
            await asyncio.sleep(0.02)
            gone = self.speed * (time.monotonic() - since)
            self.position = begin + max(-gone, min(gone, to - begin))
            pydev.iointr(self.name, self.position)

    def stop(self):
        self._stopped = True


class Shutter:
    def __init__(self):
        self.set(0)

    def set(self, is_open):
        self.is_open = bool(is_open)
        pydev.iointr("shutter", int(is_open))


class Detector:
    """Sees a peak at (2, 1), while the shutter is open."""

    def __init__(self, x, y, shutter):
        self._x, self._y, self._shutter = x, y, shutter

    async def count(self, seconds):
        await asyncio.sleep(seconds)
        if not self._shutter.is_open:
            return 0.0
        return 1000 * math.exp(-((self._x.position - 2) ** 2) - (self._y.position - 1) ** 2 / 4)


shutter = Shutter()
x, y = Stage("x"), Stage("y")
detector = Detector(x, y, shutter)


if __name__ == "__main__":
    shutter.set(1)
    asyncio.run(x.move(2))
    print("at", x.position, "mm:", round(asyncio.run(detector.count(0.1))), "counts")
