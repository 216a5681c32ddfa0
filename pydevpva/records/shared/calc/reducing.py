"""aCalc's functions that make one number of an array: of its elements that count (calc: aCalcPerform.c). No thread."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pydevpva.records.shared.calc.vector import Doubles, Either, Vector

SMALL = 1e-9  # what is smaller is zero to IXZ and IXNZ


def reducing(
    array: Callable[[Doubles], float],
    scalar: Callable[[float], float],
    nothing: Callable[[float, int], float],
) -> Callable[[Either], Either]:
    """A function of the elements that count. scalar: of a number; nothing: where none counts, of element 0 and of how
    many count, 0 or less."""

    def reduced(a: Either) -> Either:
        if not isinstance(a, Vector):
            return scalar(a)
        used = a.used
        return float(array(used) if len(used) else nothing(float(a.values[0]), a.count))

    return reduced


def total(values: Doubles) -> float:
    """The sum, from the first to the last: numpy's own order gives other last digits."""
    return float(np.cumsum(values)[-1])


def deviation(values: Doubles) -> float:
    """The standard deviation, by n-1."""
    squares = total((values - total(values) / len(values)) ** 2)
    return math.sqrt(squares / max(len(values) - 1, 1))


def _comparable(values: Doubles) -> Doubles:
    """NaN behind the first element is passed over, as by C's comparisons: numpy would find it."""
    return np.where(np.isnan(values), values[0], values) if np.isnan(values).any() else values


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
    plain = _comparable(values)
    peak, lowest = int(np.argmax(plain)), float(plain.min())
    half = lowest + (float(values[peak]) - lowest) / 2
    below = np.flatnonzero(values < half)
    behind, before = below[below > peak], below[below < peak]
    right = _between(values, int(behind[0]) - 1, half) if len(behind) else float(len(values) - 1)
    left = _between(values, int(before[-1]), half) if len(before) else 0.0
    return right - left


def _between(values: Doubles, place: int, height: float) -> float:
    """Where the line from one element to the next has that height."""
    here, there = float(values[place]), float(values[place + 1])
    return place + (height - here) / (there - here)


def _mean_of_none(value: float, count: int) -> float:
    return value / count if count else math.copysign(math.inf, value) if value else math.nan


ONE: dict[str, Callable[[Either], Either]] = {
    "SUM": reducing(total, lambda x: x, lambda x, n: 0.0),
    "AVG": reducing(lambda v: total(v) / len(v), lambda x: x, _mean_of_none),
    "STD": reducing(deviation, lambda x: 0.0, lambda x, n: 0.0),
    "AMAX": reducing(lambda v: float(_comparable(v).max()), lambda x: x, lambda x, n: x),
    "AMIN": reducing(lambda v: float(_comparable(v).min()), lambda x: x, lambda x, n: x),
    "IXMAX": reducing(lambda v: int(_comparable(v).argmax()), lambda x: 0.0, lambda x, n: 0.0),
    "IXMIN": reducing(lambda v: int(_comparable(v).argmin()), lambda x: 0.0, lambda x, n: 0.0),
    "IXZ": reducing(crossing, lambda x: 0.0 if abs(x) < SMALL else -1.0, lambda x, n: -1.0),
    "IXNZ": reducing(first_nonzero, lambda x: 0.0 if abs(x) > SMALL else -1.0, lambda x, n: -1.0),
    "FWHM": reducing(width, lambda x: 0.0, lambda x, n: n - 1.0),
}
