"""sCalc's expressions without texts: doubles only, integers of 64 bits (calc: sCalcPerform.c). No thread."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NoReturn

from pydevpva.records.shared.calc import cnumbers as c
from pydevpva.records.shared.calc.cnumbers import SMALL, Random, int32, int64, truth, wrap64
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.program import Dialect

RANDOM = Random(1 << 16, 1)  # one series for all records of the process, as in the original


def divide(a: float, b: float) -> float:
    """/"""
    if b == 0:
        raise CalcError("a division by zero")
    return a / b


def modulo(a: float, b: float) -> float:
    """% of 32-bit integers."""
    return c.remainder(int32(a), int32(b) or by_zero())


def by_zero() -> NoReturn:
    """The divisor is none."""
    raise CalcError("a division by zero")


def positive(function: Callable[[float], float], name: str) -> Callable[[float], float]:
    """A function that fails for what is below 0."""

    def called(x: float) -> float:
        if x < 0:
            raise CalcError(f"{name} of a negative number")
        return function(x)

    return called


ONE: dict[str, Callable[[float], float]] = c.FUNCTIONS | {
    "SQR": positive(c.sqrt, "SQR"),
    "LOG": positive(c.log10, "LOG"),
    "LN": positive(c.log, "LN"),
    "INVERT": lambda x: float(~int64(x)),
    "BYTE": lambda x: x,
    "DBL": lambda x: x,
}
NONE = {"RNDM": RANDOM.uniform, "NRNDM": RANDOM.normal}
RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "EQ": lambda a, b: abs(a - b) < SMALL,
    "NE": lambda a, b: abs(a - b) > SMALL,
    "GT": lambda a, b: a - b > SMALL,
    "LT": lambda a, b: b - a > SMALL,
    "GE": lambda a, b: abs(a - b) < SMALL or a > b,
    "LE": lambda a, b: abs(a - b) < SMALL or a < b,
}
TWO: dict[str, Callable[[float, float], float]] = {
    "ADD": lambda a, b: a + b,
    "SUB": lambda a, b: a - b,
    "MUL": lambda a, b: a * b,
    "DIV": divide,
    "MOD": modulo,
    "POW": c.power,
    "EITHER": lambda a, b: truth(bool(a or b)),
    "BOTH": lambda a, b: truth(bool(a and b)),
    "OR": lambda a, b: float(int64(a) | int64(b)),
    "AND": lambda a, b: float(int64(a) & int64(b)),
    "XOR": lambda a, b: float(int64(a) ^ int64(b)),
    "RIGHT": lambda a, b: float(int64(a) >> (int64(b) & 63)),
    "LEFT": lambda a, b: wrap64(int64(a) << (int64(b) & 63)),
    "LARGER": c.larger,
    "SMALLER": c.smaller,
    "ATAN2": lambda a, b: math.atan2(b, a),  # the second is y
}


def _truth_of(relation: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda a, b: 1.0 if relation(a, b) else 0.0


DIALECT = Dialect(
    none=NONE,
    one=ONE,
    two=TWO | {name: _truth_of(relation) for name, relation in RELATIONS.items()},
    three={},
    many={"MAX": c.largest, "MIN": c.smallest, "FINITE": c.all_finite, "ISNAN": c.any_nan},
    number=float,
    other=str,
    nothing="",
)
