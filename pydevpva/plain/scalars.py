"""Single values of any type as int, float, str, bytes or bool. On the thread of the user's code, which this runs."""

from __future__ import annotations

import datetime
import enum
import math
import operator
from decimal import Decimal
from numbers import Complex, Rational, Real
from typing import Any

import numpy as np

from pydevpva.plain.values import SIMPLE, Unfit
from pydevpva.plain.words import printable

BEYOND = "out of range for DOUBLE"
COMPLEX = "use abs() or .real"
TIMES = (datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo)
MOST_DECIMALS = 400  # 10**400 is beyond DOUBLE and every integer; int() of Decimal("1e999999999") would not end
_NONE = ("", "1", "dimensionless", "1 dimensionless", "1.0 dimensionless")


def text(value: str) -> str:
    """An str of a subclass as an str."""
    return str.__str__(value)


def integer(value: int) -> int:
    return int.__int__(value)


def real(value: float) -> float:
    return float.__float__(value)


def data(value: bytes) -> bytes:
    return bytes.__getitem__(value, slice(None))


def bytearray_of(value: bytearray) -> bytes:
    return bytes(bytearray.__getitem__(value, slice(None)))


def member(value: enum.Enum) -> object:
    """A member of an Enum: its value where that is a number or text, else its name."""
    inner: object = value.value
    if isinstance(inner, (int, float, str, bytes)):
        return inner if type(inner) in SIMPLE else _base(inner)
    return printable(str(value.name))


def _base(value: Any) -> object:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return data(value)
    return integer(value) if isinstance(value, int) else real(value)


def numpy_scalar(value: np.generic) -> object:
    """numpy's own scalar types, but those that are Python's too."""
    kind = value.dtype.kind
    if kind in "biu":
        return value.item()
    if kind == "f":
        return _in_range(float(value), bool(np.isinf(value)))
    if kind == "c":
        raise Unfit(COMPLEX)
    if kind in "mM":
        raise time_refused(bool(np.isnat(value)))
    raise Unfit("no number, text or array")


def time_refused(not_a_time: bool = False) -> Unfit:
    """datetime64 and timedelta64: a number of them has lost its unit."""
    return Unfit("no value (NaT)" if not_a_time else "a time: say which number, as in (t - t0).total_seconds()")


def decimal(value: Decimal) -> int | float:
    if not Decimal.is_finite(value):
        return float(value) if not Decimal.is_snan(value) else math.nan
    if value and Decimal.adjusted(value) > MOST_DECIMALS:
        raise Unfit(BEYOND)
    if value and Decimal.adjusted(value) < -MOST_DECIMALS:
        return 0.0
    whole = int(value)
    return whole if whole == value else _in_range(float(value))


def rational(value: Rational) -> int | float:
    if value.denominator == 1:
        return operator.index(value.numerator)
    try:
        return _in_range(float(value))
    except OverflowError:
        raise Unfit(BEYOND) from None


def time(value: object) -> object:
    hint = ".isoformat() is text" + (", .timestamp() a number" if isinstance(value, datetime.datetime) else "")
    raise Unfit(".total_seconds() is a number" if isinstance(value, datetime.timedelta) else hint)


def complex_number(value: object) -> object:
    raise Unfit(COMPLEX)


def other_number(value: object) -> object:
    """What has __index__, or is registered as a Real; Unfit's text is empty when it is no number at all."""
    if hasattr(type(value), "__index__"):
        try:
            return integer(operator.index(value))  # type: ignore[arg-type]
        except TypeError:  # as an array of several says it
            pass
    if isinstance(value, Real):
        try:
            return _in_range(float(value))
        except OverflowError:
            raise Unfit(BEYOND) from None
    if isinstance(value, Complex):
        raise Unfit(COMPLEX)
    raise Unfit("")


def check_unit(value: object) -> None:
    """Refuse what has a unit: the number alone might be of another than the record's EGU."""
    for name in ("unit", "units"):
        unit = getattr(value, name, None)
        if unit is None or callable(unit):
            continue
        unit_text = printable(str(unit)[:20])
        if unit_text not in _NONE:
            raise Unfit(f"has the unit {unit_text}: give the number, as .to_value(...) or .magnitude")


def has_magnitude(value: object) -> bool:
    """Whether it looks like a number with a unit, and is no array class of numpy."""
    return any(hasattr(value, name) for name in ("magnitude", "to_value", "rescale")) or (
        hasattr(value, "to") and hasattr(value, "value")
    )


def _in_range(number: float, was_infinite: bool = False) -> float:
    """The number, unless it became infinite by being made a float."""
    if math.isinf(number) and not was_infinite:
        raise Unfit(BEYOND)
    return number
