"""aCalc, element by element: what operators and functions do with numbers and arrays, mixed (calc: aCalcPerform.c).

No thread. Floating point errors are NaN and infinity; who runs a program silences numpy's warnings of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pydevpva.records.shared.calc import cnumbers as c
from pydevpva.records.shared.calc.cnumbers import int32, truth, wrap32
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.vector import Doubles, Either, Vector, first

BY_ZERO = 1.0000000409184788e35  # what a division by zero gives: 1e35 as a float
_BEYOND = 2.0**63
Scalar2 = Callable[[float, float], float]


def one(scalar: Callable[[float], float], array: Callable[[Doubles], Any]) -> Callable[[Either], Either]:
    """A function of each element."""

    def applied(a: Either) -> Either:
        if isinstance(a, Vector):
            return Vector(np.asarray(array(a.values), np.float64), a.count)
        return scalar(a)

    return applied


def two(scalar: Scalar2, array: Callable[[Any, Any], Any]) -> Callable[[Either, Either], Either]:
    """An operator between elements; what comes of it counts as far as its left side does."""

    def applied(a: Either, b: Either) -> Either:
        if isinstance(a, Vector):
            return Vector(np.asarray(array(a.values, b.values if isinstance(b, Vector) else b), np.float64), a.count)
        if isinstance(b, Vector):
            left = 0.0 if a != a else a  # a NaN that becomes an array is 0
            return Vector(np.asarray(array(left, b.values), np.float64), len(b.values))
        return scalar(a, b)

    return applied


def positive(
    function: Callable[[float], float], array: Callable[[Doubles], Any], name: str
) -> Callable[[Either], Either]:
    """A function that is 0 for a negative number, and fails for an array with one."""

    def checked(values: Doubles) -> Any:
        if (values < 0).any():
            raise CalcError(f"{name} of an array with a negative number")
        return array(values)

    return one(lambda x: 0.0 if x < 0 else function(x), checked)


def integers(values: Any) -> Any:
    """(int) of each."""
    return np.asarray(values, np.float64).astype(np.int32)


def _nint(values: Doubles) -> Doubles:
    rounded = np.trunc(values + np.copysign(0.5, values))
    return np.where(np.abs(rounded) < _BEYOND, rounded, -_BEYOND)


def divide(a: float, b: float) -> float:
    """/"""
    return BY_ZERO if b == 0 else a / b


def _divided(a: Any, b: Any) -> Any:
    return np.where(np.equal(b, 0), BY_ZERO, np.true_divide(a, b))


def modulo(a: float, b: float) -> float:
    """%"""
    divisor = int32(b)
    return c.remainder(int32(a), divisor) if divisor else BY_ZERO


def _remainders(a: Any, b: Any) -> Any:
    values, divisors = integers(a).astype(np.int64), integers(b).astype(np.int64)
    return np.where(divisors == 0, BY_ZERO, np.fmod(values, np.where(divisors == 0, 1, divisors)))


def power(a: Either, b: Either) -> Either:
    """^ and **: the exponent is a number."""
    exponent = first(b)
    return Vector(np.power(a.values, exponent), a.count) if isinstance(a, Vector) else c.power(a, exponent)


def _infinite(values: Doubles) -> Any:
    return np.where(np.isinf(values), np.copysign(1.0, values), 0.0)


_ARRAYS: dict[str, Callable[[Doubles], Any]] = {
    "ABS": np.abs, "NEG": np.negative, "EXP": np.exp, "ACOS": np.arccos, "ASIN": np.arcsin, "ATAN": np.arctan,
    "COS": np.cos, "SIN": np.sin, "TAN": np.tan, "COSH": np.cosh, "SINH": np.sinh, "TANH": np.tanh, "CEIL": np.ceil,
    "FLOOR": np.floor, "ISINF": _infinite, "NINT": _nint, "NOT": lambda v: v == 0, "INVERT": lambda v: ~integers(v),
}  # fmt: skip
ONE: dict[str, Callable[[Either], Either]] = {
    **{name: one(c.FUNCTIONS[name], array) for name, array in _ARRAYS.items()},
    "SQR": positive(c.sqrt, np.sqrt, "SQR"),
    "LOG": positive(c.log10, np.log10, "LOG"),
    "LN": positive(c.log, np.log, "LN"),
    "APOS": one(lambda x: min(x, 0.0), lambda v: np.where(v > 0, 0.0, v)),
    "ANEG": one(lambda x: max(x, 0.0), lambda v: np.where(v < 0, 0.0, v)),
    "DBL": first,
    "LEN": lambda a: a,  # accepted, and does nothing
}
TWO: dict[str, Callable[[Either, Either], Either]] = {
    "ADD": two(lambda a, b: a + b, np.add),
    "SUB": two(lambda a, b: a - b, np.subtract),
    "MUL": two(lambda a, b: a * b, np.multiply),
    "DIV": two(divide, _divided),
    "MOD": two(modulo, _remainders),
    "POW": power,
    "EQ": two(lambda a, b: truth(a == b), np.equal),
    "NE": two(lambda a, b: truth(a != b), np.not_equal),
    "GT": two(lambda a, b: truth(a > b), np.greater),
    "GE": two(lambda a, b: truth(a >= b), np.greater_equal),
    "LT": two(lambda a, b: truth(a < b), np.less),
    "LE": two(lambda a, b: truth(a <= b), np.less_equal),
    "EITHER": two(lambda a, b: truth(bool(a or b)), np.logical_or),
    "BOTH": two(lambda a, b: truth(bool(a and b)), np.logical_and),
    "OR": two(lambda a, b: float(int32(a) | int32(b)), lambda a, b: integers(a) | integers(b)),
    "AND": two(lambda a, b: float(int32(a) & int32(b)), lambda a, b: integers(a) & integers(b)),
    "XOR": two(lambda a, b: float(int32(a) ^ int32(b)), lambda a, b: integers(a) ^ integers(b)),
    "LARGER": two(c.larger, lambda a, b: np.where(np.less(a, b), b, a)),
    "SMALLER": two(c.smaller, lambda a, b: np.where(np.greater(a, b), b, a)),
    "ATAN2": two(lambda a, b: math.atan2(b, a), lambda a, b: np.arctan2(b, a)),
}


def _extreme(numbers: Callable[..., float], better: Callable[[Any, Any], Any], size: int) -> Callable[..., Either]:
    """MAX and MIN: per element when one of the values is an array."""

    def extreme(*values: Either) -> Either:
        if not any(isinstance(value, Vector) for value in values):
            return numbers(*values)
        lowest = values[0]
        count = lowest.count if isinstance(lowest, Vector) else size
        found = lowest.values if isinstance(lowest, Vector) else np.full(size, 0.0 if lowest != lowest else lowest)
        for value in reversed(values[1:]):
            new = value.values if isinstance(value, Vector) else value
            found = np.where(better(new, found), new, found)
        return Vector(found, count)

    return extreme


def many(size: int) -> dict[str, Callable[..., Either]]:
    """The functions of any number of values, for arrays of that size."""
    return {
        "MAX": _extreme(c.largest, np.greater, size),
        "MIN": _extreme(c.smallest, np.less, size),
        "FINITE": lambda *values: truth(all(np.isfinite(_any(value)).all() for value in values)),
        "ISNAN": lambda *values: truth(any(np.isnan(_any(value)).any() for value in values)),
    }


def _any(value: Either) -> Any:
    return value.values if isinstance(value, Vector) else value


def shift_bits(a: float, by: float, sign: int) -> float:
    """>> and << of a number."""
    bits = int32(by) & 31
    return float(int32(a) >> bits) if sign > 0 else wrap32(int32(a) << bits)
