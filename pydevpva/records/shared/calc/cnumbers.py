"""Arithmetic on doubles as C does it: no exception, but NaN and infinity, and casts to integers as on x86-64.

No thread. A division by zero, and roots and logarithms of what is negative, are the languages' own affair.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from functools import partial

INFINITY, NAN = math.inf, math.nan
SMALL = 1e-11  # numbers that differ by less are equal, where texts may be compared too
_LIMIT32, _LIMIT64 = 2.0**31, 2.0**63


def int32(value: float) -> int:
    """(int)value."""
    return int(value) if -_LIMIT32 - 1 < value < _LIMIT32 else -(1 << 31)


def int64(value: float) -> int:
    """(long)value."""
    return int(value) if -_LIMIT64 <= value < _LIMIT64 else -(1 << 63)


def wrap32(value: int) -> float:
    """The low 32 bits with their sign, as a double."""
    return float((value + (1 << 31)) % (1 << 32) - (1 << 31))


def wrap64(value: int) -> float:
    """The low 64 bits with their sign, as a double."""
    return float((value + (1 << 63)) % (1 << 64) - (1 << 63))


def float32(value: float) -> float:
    """(float)value: what is beyond its range is infinite."""
    return ctypes.c_float(value).value


def remainder(value: int, divisor: int) -> float:
    """C's %: it has the sign of the value."""
    rest = abs(value) % abs(divisor)
    return float(-rest if value < 0 else rest)


def nint(value: float) -> float:
    """The nearest whole number, halves away from zero."""
    return float(int64(value + 0.5 if value >= 0 else value - 0.5))


def truth(value: bool) -> float:
    """1 or 0."""
    return 1.0 if value else 0.0


def total(function: Callable[[float], float], overflow: Callable[[float], float] = abs) -> Callable[[float], float]:
    """A function of math without its exceptions: NaN, and infinity with the sign of overflow(x)."""

    def called(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return NAN
        except OverflowError:
            return math.copysign(INFINITY, overflow(x))

    return called


def _whole(function: Callable[[float], int], x: float) -> float:
    return float(function(x)) if math.isfinite(x) else x


def log10(x: float) -> float:
    """Of 0 minus infinity, of less NaN."""
    return math.log10(x) if x > 0 else -INFINITY if x == 0 else NAN


def log(x: float) -> float:
    """The same, to the base e."""
    return math.log(x) if x > 0 else -INFINITY if x == 0 else NAN


def sqrt(x: float) -> float:
    """Of less than 0 NaN."""
    return math.sqrt(x) if x >= 0 else NAN


def power(x: float, y: float) -> float:
    """x to the y."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INFINITY if x < 0 and y % 2 == 1 else INFINITY
    except ValueError:  # 0 to less than 0, or a root of less than 0
        return math.copysign(INFINITY, x if y % 2 == 1 else 1.0) if x == 0 else NAN


def isinf(x: float) -> float:
    """1, for minus infinity -1, else 0."""
    return 0.0 if not math.isinf(x) else math.copysign(1.0, x)


ceil, floor = partial(_whole, math.ceil), partial(_whole, math.floor)
FUNCTIONS: dict[str, Callable[[float], float]] = {  # of one number, the same in both languages
    "ABS": lambda x: -x if x < 0 else x,  # minus 0 stays
    "NEG": lambda x: -x,
    "EXP": total(math.exp),
    "ACOS": total(math.acos),
    "ASIN": total(math.asin),
    "ATAN": math.atan,
    "COS": total(math.cos),
    "SIN": total(math.sin),
    "TAN": total(math.tan),
    "COSH": total(math.cosh),
    "SINH": total(math.sinh, lambda x: x),
    "TANH": math.tanh,
    "CEIL": ceil,
    "FLOOR": floor,
    "ISINF": isinf,
    "NINT": nint,
    "NOT": lambda x: 0.0 if x else 1.0,
    "INVERT": lambda x: float(~int32(x)),
}


def larger(a: float, b: float) -> float:
    """>?"""
    return b if a < b else a


def smaller(a: float, b: float) -> float:
    """<?"""
    return b if a > b else a


def largest(*values: float) -> float:
    """MAX, from the right: a NaN there wins over what is left of it."""
    found = values[-1]
    for value in reversed(values[:-1]):
        found = found if value < found or found != found else value
    return found


def smallest(*values: float) -> float:
    """MIN, likewise."""
    found = values[-1]
    for value in reversed(values[:-1]):
        found = found if value > found or found != found else value
    return found


def all_finite(*values: float) -> float:
    """FINITE."""
    return truth(all(map(math.isfinite, values)))


def any_nan(*values: float) -> float:
    """ISNAN."""
    return truth(any(map(math.isnan, values)))


class Random:
    """The numbers of RNDM: the same after every start, 2**16 of them. above: of what the last one is a fraction."""

    def __init__(self, above: int, first: int) -> None:
        self._state, self._above, self._first = 0xA3BF, above, first

    def uniform(self) -> float:
        """Above 0 where `first` is 1, up to 1."""
        self._state = (self._state * 1533 + 0x3141) & 0xFFFF
        return (self._state + self._first) / self._above

    def normal(self) -> float:
        """Around 0, with a standard deviation of 1."""
        radius = math.sqrt(-2 * log(self.uniform() or NAN))
        return radius * math.cos(2 * math.pi * self.uniform())
