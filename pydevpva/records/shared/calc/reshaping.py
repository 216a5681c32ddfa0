"""aCalc's functions that move elements: shifts, parts, CAT, CUM (calc: aCalcPerform.c). No thread."""

from __future__ import annotations

import math

import numpy as np

from pydevpva.records.shared.calc.cnumbers import int32
from pydevpva.records.shared.calc.elements import shift_bits
from pydevpva.records.shared.calc.program import nearest
from pydevpva.records.shared.calc.vector import Doubles, Either, Vector, first, repeated, whole

SMALL = 1e-9  # the part of an index for which nothing is interpolated


def shift(a: Either, by: Either, sign: int) -> Either:
    """>> moves elements to higher indexes, << to lower ones; between indexes it interpolates. Zeros come in."""
    count = first(by)
    if not isinstance(a, Vector):
        return shift_bits(a, count, sign)
    size = len(a.values)
    if not math.isfinite(count):
        return whole(np.full(size, math.nan if math.isinf(count) else 0.0))
    way = min(max(sign * count, -size), size)
    places = nearest(way)
    moved = np.zeros(size)
    if places >= 0:
        moved[places:] = a.values[: size - places]
    else:
        moved[:places] = a.values[-places:]
    rest = abs(way - places)
    if rest > SMALL and size > 1:
        _interpolate(moved, rest, towards_start=way < places)
    return Vector(moved, a.count)


def _interpolate(values: Doubles, rest: float, towards_start: bool) -> None:
    """By less than half an index; the end point follows the line of the last two."""
    if towards_start:
        values[:-1] += rest * np.diff(values)
        values[-1] += rest * (values[-1] - values[-2])
    else:
        values[1:] -= rest * np.diff(values)
        values[0] += rest * (values[0] - values[1])


def _bounds(begin: Either, end: Either, size: int) -> tuple[int, int]:
    """i and j of [i,j]: from the end where negative, not beyond it; j may lie before the first element."""
    i, j = int32(first(begin)), int32(first(end))
    i, j = i + size if i < 0 else i, j + size if j < 0 else j
    return max(min(i, size), 0), min(j, size - 1)


def _counting(count: int, size: int) -> int:
    """How many elements count; one less than none means all, as in the original."""
    return size if count == -1 else count


def part(size: int, a: Either, begin: Either, end: Either) -> Vector:
    """a[i,j]: the elements i to j, moved to the front; only they count."""
    values, (i, j) = repeated(a, size).values, _bounds(begin, end, size)
    made, count = np.zeros(size), max(j + 1 - i, 0)
    made[:count] = values[i : i + count]
    return Vector(made, _counting(j + 1 - i, size))


def part_in_place(size: int, a: Either, begin: Either, end: Either) -> Vector:
    """a{i,j}: all but the elements i to j are 0; those up to j count."""
    values, (i, j) = repeated(a, size).values, _bounds(begin, end, size)
    made = np.zeros(size)
    end = max(j + 1, 0)
    made[i:end] = values[i:end]
    return Vector(made, _counting(j + 1, size))


def cat(a: Either, b: Either) -> Either:
    """CAT: what counts of the second behind what counts of the first, as far as there is room."""
    if not isinstance(a, Vector):
        return repeated(a, len(b.values)) if isinstance(b, Vector) else a
    more = b.used if isinstance(b, Vector) else np.array([b])
    begin = len(a.used)
    made, count = a.values.copy(), min(begin + len(more), len(a.values))
    made[begin:count] = more[: count - begin]
    return Vector(made, count)


def running_sum(a: Either) -> Either:
    """CUM."""
    return Vector(np.cumsum(a.values), a.count) if isinstance(a, Vector) else a
