"""What a field holds, and EPICS's conversions between one value and another (EPICS: dbFastLinkConv.c, dbConvert.c).

Numbers inside the IOC convert as the C casts of EPICS on x86-64 do; text that is no number is refused. What concerns
arrays is in arrays.py. No thread.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from pydevpva.db.dbf import FLOATS, FLT_MAX, FLT_MIN, INTEGERS
from pydevpva.db.numbers import leading_integer

if TYPE_CHECKING:
    import numpy as np

Number: TypeAlias = int | float
Scalar: TypeAlias = int | float | str
Numbers: TypeAlias = "np.ndarray[Any, Any]"
Array: TypeAlias = "Numbers | list[str]"
Value: TypeAlias = "Scalar | Array"  # what a field holds, in the type that its DBF type has
Columns: TypeAlias = "dict[str, Array]"
Whole: TypeAlias = "Value | Columns"  # also whole images (NDArray is a numpy array) and tables
Elements: TypeAlias = "Array | list[Scalar]"  # what can be made an array of one type
Sent: TypeAlias = "Whole | list[Scalar]"  # what a put may bring

STRING_BYTES = 39  # MAX_STRING_SIZE less the terminating NUL


def clip_text(text: str, size: int) -> str:
    """At most `size` bytes of UTF-8, never half a character."""
    if len(text) * 4 <= size:
        return text
    return text.encode("utf-8", "surrogateescape")[:size].decode("utf-8", "ignore")


def to_float32(value: Number) -> float:
    """Round to float32 as epicsConvertDoubleToFloat does: beyond its range becomes its largest or smallest."""
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return value
    size = abs(value)
    if size >= FLT_MAX:
        return math.copysign(FLT_MAX, value)
    if size <= FLT_MIN:
        return math.copysign(FLT_MIN, value)
    return ctypes.c_float(value).value


def cast(value: Number, dbf: str) -> Number:
    """A number as the C cast to that type gives it on x86-64."""
    if dbf == "DOUBLE":
        return float(value)
    if dbf == "FLOAT":
        return to_float32(value)
    low, high = INTEGERS[dbf]
    if type(value) is not int:
        value = _truncate(value, dbf)
    return value if low <= value <= high else (value - low) % (high - low + 1) + low


def _truncate(value: float, dbf: str) -> int:
    """float to int: beyond the register that the compiler uses, the processor's "integer indefinite"."""
    bits = 64 if dbf in ("ULONG", "INT64", "UINT64") else 32
    if dbf == "UINT64" and value >= 2.0**63:
        return int(value) if value < 2.0**64 else 0
    limit = 1 << (bits - 1)
    return int(value) if -limit - 1 < value < limit else -limit  # NaN compares false


def parse_number(text: str, dbf: str) -> Number:
    """Text to number (epicsParse*): integers and floats in C's forms, so 010 is 8. Raises ValueError.

    EPICS takes what comes after a number as its unit and leaves it; so do we.
    """
    text = text.strip()
    if not text:
        return 0.0 if dbf in FLOATS else 0
    if dbf in FLOATS:
        value = _leading_float(text)
        if dbf == "FLOAT" and math.isfinite(value) and (0 < value <= FLT_MIN or abs(value) >= FLT_MAX):
            raise ValueError(f"{text!r} is out of range of a FLOAT")
        return cast(value, dbf)
    return _integer(text, dbf)


def leading_number(text: str) -> float:
    """The number that a text begins with, or 0 (atof)."""
    try:
        return float(parse_number(text, "DOUBLE"))
    except ValueError:
        return 0.0


def whole_text(text: str) -> str:
    """What the text begins with of a whole number: 1e3 is 1 to an array of UINT64, where it is 1000 to others."""
    text = text.strip()
    found = leading_integer(text)
    return text[: len(text) - len(found[1])] if found else text


def _integer(text: str, dbf: str) -> int:
    low, high = INTEGERS[dbf]
    found = leading_integer(text)
    if dbf in ("ULONG", "UINT64") and (found is None or found[1][:1] in (".", "e", "E")):
        number = _leading_float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text!r} is not an integer")
        value = int(number)
    elif found is None:
        raise ValueError(f"{text!r} is not an integer")
    else:
        value = found[0]
        if low == 0 and -high <= value < 0:  # strtoul takes a minus sign
            value += high + 1
    if not low <= value <= high:
        raise ValueError(f"{text!r} is outside {low} to {high}")
    return value


def _leading_float(text: str) -> float:
    try:
        return float(text) if "_" not in text else float("?")
    except ValueError:
        pass
    if match := re.match(r"[-+]?0[xX][0-9a-fA-F]+", text):
        whole = int(match.group(), 16)
        return float(whole) if abs(whole) < 1 << 1023 else math.copysign(math.inf, whole)
    match = re.match(r"[-+]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)", text, re.IGNORECASE)
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    return float(match.group())


def format_float(value: float, precision: int) -> str:
    """A DOUBLE as text with `precision` digits; less than none are more than 60,000 (cvtDoubleToString)."""
    precision &= 0xFFFF
    if math.isnan(value) or precision > 8 or abs(value) > 1e7:
        if precision > 8 or abs(value) > 1e16:
            precision = min(precision, 17)
            return c_printf(f"{value:{precision + 7}.{precision}e}", value)
        return c_printf(f"{value:.{min(precision, 3)}f}", value)
    scale = 10**precision
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole = int(value)
    fraction = (int((value - whole) * scale * 10) + 5) // 10
    if fraction >= scale:
        whole, fraction = whole + 1, fraction - scale
    return f"{sign}{whole}.{fraction:0{precision}d}" if precision > 0 else f"{sign}{whole}"


def c_printf(text: str, value: float) -> str:
    """Python's spelling of a formatted float made C's: the sign of NaN is shown."""
    return text.replace("nan", "-nan") if math.isnan(value) and math.copysign(1, value) < 0 else text


def to_number(value: Scalar, dbf: str) -> Number:
    """A scalar as a number of type dbf; ValueError for text that is none."""
    return parse_number(value, dbf) if isinstance(value, str) else cast(value, dbf)


def converter(dbf: str) -> Callable[[Scalar], Scalar]:
    """The function that makes any scalar native value one of type dbf; ValueError for text that is none."""
    return _CONVERTERS[dbf]


def _make_converter(dbf: str) -> Callable[[Scalar], Scalar]:
    def convert(value: Scalar) -> Number:
        return parse_number(value, dbf) if isinstance(value, str) else cast(value, dbf)

    return convert


def _to_double(value: Scalar) -> float:
    return parse_number(value, "DOUBLE") if type(value) is str else float(value)


_CONVERTERS: dict[str, Callable[[Scalar], Scalar]] = {
    **{dbf: _make_converter(dbf) for dbf in (*INTEGERS, "FLOAT")},
    "DOUBLE": _to_double,
    "STRING": str,
}


def plain_text(value: Number, digits: int = 6) -> str:
    """A number as text where no field's precision applies: integers as they are, floats with 6 digits or as told."""
    return str(int(value)) if not isinstance(value, float) else format_float(value, digits)
