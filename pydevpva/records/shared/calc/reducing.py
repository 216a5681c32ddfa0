"""aCalc's functions that make one number of an array: of its elements that count (calc: aCalcPerform.c). No thread."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pydevpva.records.shared.calc.vector import Doubles, Either, Vector

SMALL = 1e-9  # what is smaller is zero to IXZ and IXNZ


def reducing(array: Callable[[Doubles], float], scalar: Callable[[float], float]) -> Callable[[Either], Either]:
    """A function of the elements that count: NaN where none does. scalar: of a number."""

    def reduced(a: Either) -> Either:
        if not isinstance(a, Vector):
            return scalar(a)
        used = a.used
        return float(array(used)) if len(used) else math.nan

    return reduced


def total(values: Doubles) -> float:
    """The sum, from the first to the last: numpy's own order gives other last digits."""
    return float(np.cumsum(values)[-1])


def deviation(values: Doubles) -> float:
    """The standard deviation, by n-1."""
    squares = total((values - total(values) / len(values)) ** 2)
    return math.sqrt(squares / max(len(values) - 1, 1))


def crossing(values: Doubles) -> float:
    """IXZ: where the sign is first another than that of the first element, interpolated; -1: nowhere."""
    positive = values > 0
    other = np.flatnonzero(positive != positive[0])
    if not len(other):
        return -1.0
    before = int(other[0]) - 1
    left, right = float(values[before]), float(values[before + 1])
    return before + abs(left) / abs(left - right)


def first_nonzero(values: Doubles) -> float:
    """IXNZ: -1: there is none."""
    found = np.flatnonzero(np.abs(values) > SMALL)
    return float(found[0]) if len(found) else -1.0


def width(values: Doubles) -> float:
    """FWHM: how far apart the values left and right of the peak fall below the middle of peak and lowest value."""
    peak = int(np.argmax(values))
    half = float(values.min()) + (float(values[peak]) - float(values.min())) / 2
    below = np.flatnonzero(values < half)
    behind, before = below[below > peak], below[below < peak]
    right = _between(values, int(behind[0]) - 1, half) if len(behind) else float(len(values) - 1)
    left = _between(values, int(before[-1]), half) if len(before) else 0.0
    return right - left


def _between(values: Doubles, place: int, height: float) -> float:
    """Where the line from one element to the next has that height."""
    here, there = float(values[place]), float(values[place + 1])
    return place + (height - here) / (there - here)


ONE: dict[str, Callable[[Either], Either]] = {
    "SUM": reducing(total, lambda x: x),
    "AVG": reducing(lambda v: total(v) / len(v), lambda x: x),
    "STD": reducing(deviation, lambda x: 0.0),
    "AMAX": reducing(lambda v: float(v.max()), lambda x: x),
    "AMIN": reducing(lambda v: float(v.min()), lambda x: x),
    "IXMAX": reducing(lambda v: int(v.argmax()), lambda x: 0.0),
    "IXMIN": reducing(lambda v: int(v.argmin()), lambda x: 0.0),
    "IXZ": reducing(crossing, lambda x: 0.0 if abs(x) < SMALL else -1.0),
    "IXNZ": reducing(first_nonzero, lambda x: 0.0 if abs(x) > SMALL else -1.0),
    "FWHM": reducing(width, lambda x: 0.0),
}
