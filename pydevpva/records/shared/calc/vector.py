"""Values of aCalc: a number, or N of them. No thread.

Of N numbers the first `count` are those that functions look at which make one number of them. [i,j], {i,j} and CAT set
how many; what is computed from an array keeps its count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Doubles: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


@dataclass(frozen=True)
class Vector:
    """N doubles, never written to, and how many of them count: less than none where a range ends before it begins."""

    values: Doubles
    count: int

    @property
    def used(self) -> Doubles:
        """Those that count."""
        return self.values[: max(self.count, 0)]


Either: TypeAlias = float | Vector


def whole(values: Doubles) -> Vector:
    """An array that counts in full."""
    return Vector(values, len(values))


def first(value: Either) -> float:
    """As a number: element 0."""
    return float(value.values[0]) if isinstance(value, Vector) else value


def repeated(value: Either, size: int) -> Vector:
    """As an array: a number `size` times, where NaN is 0."""
    if isinstance(value, Vector):
        return value
    return whole(np.full(size, 0.0 if value != value else value))


def padded(value: Vector, values: Doubles) -> Vector:
    """values for the elements that count, 0 for those behind them."""
    made = np.zeros(len(value.values))
    made[: len(values)] = values
    return Vector(made, value.count)
