"""A simulated instrument: a stage that takes its time to move, and an oven that takes its time to heat.

Plain Python: it knows nothing of records. What changes by itself is published by name with pydev.iointr.
"""

import threading
import time

import pydev


class Stage:
    """A linear stage of 100 mm travel."""

    TRAVEL_MM = 100.0
    STEP_S = 0.05

    def __init__(self, name, speed_mm_s=50.0):
        self._name = name
        self._speed = speed_mm_s
        self._position = 0.0
        self._stop = threading.Event()
        self._one_move = threading.Lock()
        pydev.iointr(f"{name}.position", self._position)
        pydev.iointr(f"{name}.moving", 0)

    def move(self, target_mm):
        """Go there and return when there, or where stop() ended the move: that position."""
        if not 0 <= target_mm <= self.TRAVEL_MM:
            raise ValueError(f"{target_mm:g} mm is outside 0..{self.TRAVEL_MM:g} mm")
        with self._one_move:
            self._stop.clear()
            pydev.iointr(f"{self._name}.moving", 1)
            step = self._speed * self.STEP_S
            while self._position != target_mm and not self._stop.wait(self.STEP_S):
                away = target_mm - self._position
                self._position = target_mm if abs(away) <= step else self._position + (step if away > 0 else -step)
                pydev.iointr(f"{self._name}.position", self._position)
            pydev.iointr(f"{self._name}.moving", 0)
            return self._position

    def stop(self):
        """End the move that is under way."""
        self._stop.set()


class Oven:
    """A heater with a controller; publishes its temperature twice a second from a thread of its own."""

    ROOM_C = 20.0
    MAX_C = 300.0
    PERIOD_S = 0.5

    def __init__(self, name):
        self._name = name
        self._setpoint = self.ROOM_C
        self._temperature = self.ROOM_C
        self.heating = False
        pydev.iointr(f"{name}.temperature", self._temperature)
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def set(self, celsius):
        """New setpoint; ValueError for one that would melt the oven."""
        if celsius > self.MAX_C:
            raise ValueError(f"{celsius:g} C is above {self.MAX_C:g} C")
        self._setpoint = celsius

    def heat(self, on):
        """Switch the heater on or off."""
        self.heating = bool(on)

    def _run(self):
        while True:
            goal = self._setpoint if self.heating else self.ROOM_C
            self._temperature += 0.2 * (goal - self._temperature)
            pydev.iointr(f"{self._name}.temperature", self._temperature)
            time.sleep(self.PERIOD_S)


if __name__ == "__main__":
    stage = Stage("stage")
    began = time.monotonic()
    print(f"at {stage.move(25)} mm after {time.monotonic() - began:.1f} s")
