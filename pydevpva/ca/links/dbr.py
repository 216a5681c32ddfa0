"""What Channel Access sends of a value, in libca's memory: DBR_TIME_x and DBR_CTRL_DOUBLE (EPICS: db_access.h).

No thread. Numbers are in the machine's own order: libca has turned them round.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from pydevpva.ca.dbr import EPOCH
from pydevpva.db.dbf import DTYPES
from pydevpva.records.core.arrays import is_array, to_array
from pydevpva.records.core.values import Array, Value

STRING, SHORT, FLOAT, ENUM, CHAR, LONG, DOUBLE = range(7)  # DBR_x, which is also a channel's native type
TIME, CTRL_ENUM, CTRL_DOUBLE = 14, 31, 34  # DBR_TIME_x is DBR_x + TIME
DBF = ("STRING", "SHORT", "FLOAT", "ENUM", "CHAR", "LONG", "DOUBLE")  # db_convert.h: dbDBRoldToDBFnew
SIZES = (40, 2, 4, 2, 1, 4, 8)  # bytes of an element
_BEGINS = (12, 14, 12, 14, 15, 12, 16)  # where the value of DBR_TIME_x begins
_HEAD = struct.Struct("=hhII")
_PROPERTIES = struct.Struct("=hhhxx8s8d")
CTRL_ENUM_BYTES, CTRL_DOUBLE_BYTES = 424, 88
_LABEL_BYTES = 26  # MAX_ENUM_STRING_SIZE


def time_bytes(type_: int, count: int) -> int:
    """The size of a DBR_TIME_x with so many elements."""
    return _BEGINS[type_ - TIME] + count * SIZES[type_ - TIME]


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with its alarm, and its time in ns since POSIX's epoch. An array is one with one element, too."""

    dbf: str
    value: Value
    status: int
    severity: int
    stamp: int


def reading(type_: int, count: int, raw: bytes, is_scalar: bool) -> Reading:
    """A DBR_TIME_x, which is what an update brings."""
    status, severity, seconds, nanoseconds = _HEAD.unpack_from(raw)
    native = type_ - TIME
    values = _elements(native, count, raw[_BEGINS[native] :])
    value: Value = values
    if is_scalar and count:
        value = values[0] if isinstance(values, list) else values.item(0)
    stamp = (seconds + EPOCH) * 1_000_000_000 + nanoseconds
    return Reading(DBF[native], value, status, min(max(severity, 0), 3), stamp)


def _elements(native: int, count: int, raw: bytes) -> Array:
    if native == STRING:
        return [_text(raw[40 * i : 40 * i + 40]) for i in range(count)]
    return np.frombuffer(raw, DTYPES[DBF[native]], count)


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Properties:
    """What does not change with each value. Limits are pairs of low and high, `alarm` is LOLO, LOW, HIGH, HIHI."""

    precision: int
    units: str
    display: tuple[float, float]
    control: tuple[float, float]
    alarm: tuple[float, float, float, float]


def properties(raw: bytes) -> Properties:
    """A DBR_CTRL_DOUBLE."""
    _, _, precision, units, *limits = _PROPERTIES.unpack_from(raw)
    high, low, hihi, higher, lower, lolo, control_high, control_low = limits
    return Properties(precision, _text(units), (low, high), (control_low, control_high), (lolo, lower, higher, hihi))


def choices(raw: bytes) -> tuple[str, ...]:
    """A DBR_CTRL_ENUM's labels."""
    (count,) = struct.unpack_from("=h", raw, 4)
    places = (6 + _LABEL_BYTES * i for i in range(min(max(count, 0), 16)))
    return tuple(_text(raw[at : at + _LABEL_BYTES]) for at in places)


def sent(value: Value, native: int, room: int) -> tuple[int, int, bytes]:
    """A record's value as what is written to a channel of that type with room for so many elements: DBR type, count,
    bytes. Text goes to an ENUM as text: its server knows the states. ValueError: it is none of that kind."""
    values = value if is_array(value) else [value]
    if native == ENUM and len(values) and isinstance(values[0], str):
        native, room = STRING, 1
    fitting = to_array(values, DBF[native])[:room]
    if isinstance(fitting, list):
        raw = b"".join(text.encode("utf-8", "surrogateescape").ljust(SIZES[STRING], b"\0") for text in fitting)
    else:
        raw = fitting.tobytes()
    return native, len(fitting), raw
