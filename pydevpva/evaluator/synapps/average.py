"""SubAve: an average over the last values, or the line through them (synApps: subAve.c of calc). Evaluator thread.

A how many   B the value   C clear   D mode   E values so far   F algorithm   G whether that are all
H the average   I the line's present value   J that of a line as steep as the correlation says   K slope   L correlation
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

CONTINUOUS, ONE_SHOT = range(2)
AVERAGE, LINE, AUTOMATIC = range(3)
MOST, LEAST = 100_000, 100  # room for values
_FIT = 3  # values that a line needs


class Average:
    """What one record keeps: the values and the times they came at."""

    def __init__(self) -> None:
        self._values: deque[float] = deque()
        self._times: deque[float] = deque()
        self._size, self._room = 1, 0
        self._mode = CONTINUOUS

    def process(self, record: Any) -> None:
        size = min(MOST, max(1, int(record.A + 0.5)) if record.A < MOST else MOST)
        if record.A != size:
            record.A = size
        cleared = self._begin_anew(record, size)
        if not cleared:
            self._take(record)
        record.E = len(self._values)
        record.G = int(not cleared and len(self._values) == self._size)

    def _begin_anew(self, record: Any, size: int) -> bool:
        """Whether all was thrown away, and this value with it, as when room is made; another size alone keeps it."""
        mode, was = int(record.D), self._mode
        cleared = bool(record.C) or (was == ONE_SHOT and mode != was) or size > self._room
        self._room = max(self._room, size, LEAST)
        self._mode = mode
        if record.C:
            record.C = 0
        if cleared or (size != self._size and mode == CONTINUOUS):
            self._values.clear()
            self._times.clear()
            self._size, record.VAL = size, 0.0
        return cleared

    def _take(self, record: Any) -> None:
        if len(self._values) >= self._size:
            if self._mode != CONTINUOUS:
                return
            self._values.popleft()
            self._times.popleft()
        self._values.append(record.B)
        self._times.append(time.monotonic())
        mean = sum(self._values) / len(self._values)
        line, weighted, slope, correlation = self._fit(mean)
        record.H, record.I, record.J, record.K, record.L = mean, line, weighted, slope, correlation
        record.VAL = {LINE: line, AUTOMATIC: weighted}.get(int(record.F), mean)

    def _fit(self, mean: float) -> tuple[float, float, float, float]:
        """I, J, K and L; of less than three values, or of values at one time, there is no line but the mean."""
        if len(self._values) < _FIT:
            return mean, mean, 0.0, 0.0
        times, values = np.array(self._times), np.array(self._values)
        times, values = times - times.mean(), values - values.mean()
        spread, height, both = times @ times, values @ values, times @ values
        if not spread or not height:
            return mean, mean, 0.0, 0.0
        slope, correlation = both / spread, abs(both) / (spread * height) ** 0.5
        rise = slope * times[-1]
        return tuple(map(float, (mean + rise, mean + rise * correlation, slope, correlation)))  # type: ignore[return-value]


def functions() -> dict[str, Callable[[Any], object]]:
    """initSubAve and SubAve, which remember by the record's name."""
    averages: dict[str, Average] = {}

    def init(record: Any) -> None:
        averages[record.NAME] = Average()

    def average(record: Any) -> None:
        averages.setdefault(record.NAME, Average()).process(record)

    return {"initSubAve": init, "SubAve": average}
