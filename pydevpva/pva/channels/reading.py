"""How a channel takes its value from the record: one small function per field, chosen once. Database thread."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pydevpva.db.dbf import LINKS
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.normative import Kind, Shape, is_short
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, clip_text
from pydevpva.records.shared import characters

if TYPE_CHECKING:
    import numpy as np

    from pydevpva.engine.address import Address

Read = Callable[[Record], Any]


def reader(address: Address, shape: Shape) -> Read:
    """The function from record to what p4p stores into the value leaf. It raises TypeError for what does not fit."""
    record, name = address.record, address.field.name
    if address.is_strings:
        return lambda r: _from_bytes(characters.get(r, address.field))
    if address.long and address.dbf not in LINKS:
        if record.array_info(name) is None:
            return lambda r: _characters(r.get(name), b"\0")
        size = attrgetter("LEN" if name == "VAL" else "OLEN")  # an lsi that was never set has no character
        return lambda r: _characters(r.get(name), b"\0"[: size(r)])
    if shape.kind is Kind.TEXT:
        if address.dbf == "CHAR":
            return lambda r: _string(r.get(name))
        if is_short(address):
            return lambda r: wire.text(clip_text(r.get(name), STRING_BYTES))
        return lambda r: wire.text(r.get(name))
    if shape.kind is Kind.TEXTS:
        return lambda r: wire.texts(r.get(name))
    if shape.kind is Kind.NUMBERS:
        return _array_reader(name, shape.code)
    native = attrgetter(name) if record.array_info(name) is None else _element_reader(name)
    return _integer_reader(native, name, shape.code) if shape.code in wire.RANGES else native


def _integer_reader(native: Read, name: str, code: str) -> Read:
    low, high = wire.RANGES[code]

    def read(record: Record) -> int:
        value = native(record)
        if type(value) is int and low <= value <= high:
            return value
        raise TypeError(f"{record.NAME}.{name} holds {value!r}, which is no integer from {low} to {high}")

    return read


def _array_reader(name: str, code: str) -> Read:
    expected = wire.DTYPES[code]

    def read(record: Record) -> np.ndarray:
        value = record.get(name)
        if getattr(value, "dtype", None) == expected and value.ndim == 1:
            return value  # type: ignore[no-any-return]  # p4p copies it
        raise TypeError(f"{record.NAME}.{name} holds {value!r}, which is no 1-d array of {expected}")

    return read


def _element_reader(name: str) -> Read:
    """For an array field with room for one element: the element, or 0 when there is none yet."""

    def read(record: Record) -> Any:
        value = record.get(name)
        return (value[0].item() if len(value) else 0) if hasattr(value, "dtype") else value

    return read


def _string(characters: np.ndarray) -> bytes:
    """The text in a CHAR array, up to its NUL, as UTF-8."""
    found = bytes(characters).split(b"\0", 1)[0]
    return found if found.isascii() else found.decode("utf-8", "replace").encode()


def _characters(text: str, empty: bytes) -> np.ndarray:
    """The text of "REC.FIELD$" as characters with their NUL."""
    return _from_bytes(text.encode("utf-8", "surrogateescape") + b"\0" if text else empty)


def _from_bytes(data: bytes) -> np.ndarray:
    """Characters as p4p takes them."""
    import numpy as np

    return np.frombuffer(data, dtype=np.int8)
