"""Whole steps, which way they go, and divisions by a resolution that may be 0, as C computes them. Database thread."""

from __future__ import annotations

import math

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import POSITIVE

_LIMIT = 2.0**63


def divide(a: float, b: float) -> float:
    """a / b; by 0 it is infinite, or NaN."""
    if b:
        return a / b
    return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)


def nearest(value: float) -> int:
    """The nearest whole number of 64 bits, halves away from zero; what is beyond is the smallest."""
    value = value + 0.5 if value > 0 else value - 0.5
    return int(value) if -_LIMIT <= value < _LIMIT else -(1 << 63)


def steps(value: float) -> int:
    """The low 32 bits of that, which a LONG field has room for."""
    return ((nearest(value) + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def apart(a: int, b: int) -> int:
    """How far two numbers of 64 bits are apart; the way that has no opposite comes out as less than any other."""
    way = ((a - b + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)
    return abs(way) if way > -(1 << 63) else way


def grow_with_user(record: Record) -> bool:
    """Whether raw steps and user values grow together; else what is raw plus is minus to the user."""
    return bool((record.DIR == POSITIVE) == (record.MRES >= 0))
