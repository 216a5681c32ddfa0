"""Encoder: the value of one field, as one DBR type has it (EPICS: db_access.c, dbAccess.c dbGet). Database thread.

Conversions are those of dbFastLinkConv and dbConvert; what none can be made of raises ValueError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from pydevpva.ca import dbr
from pydevpva.ca.dbr import TYPES, Dbr
from pydevpva.ca.front import FRONTS
from pydevpva.ca.read import Characters, Read
from pydevpva.engine.address import Address
from pydevpva.records.core import fields
from pydevpva.records.core.arrays import is_array, to_array
from pydevpva.records.core.values import STRING_BYTES, Array, Numbers, Scalar, clip_text, converter

FLOAT_MAX = 3.4028234663852886e38


class State(Protocol):
    """Whose alarm and time go with a value: the record, or an update that filters have passed on."""

    SEVR: int
    STAT: int
    TIME: int


class Encoder:
    """Makes payloads of one type. A monitor keeps one; what can be chosen beforehand is chosen."""

    __slots__ = ("_convert", "_front", "_one", "address", "dbr")

    def __init__(self, address: Address, kind: Dbr) -> None:
        self.address, self.dbr = address, kind
        self._front = FRONTS[kind.kind](address, kind.base)
        self._one = kind.one.pack
        self._convert = _converter(address, kind.base)

    def payload(self, state: State, value: Read, wanted: int) -> tuple[bytes, int]:
        """The payload without its padding, and how many values it has: `wanted`, or for 0 as many as there are.

        ValueError: the value is none of this type.
        """
        if not is_array(value) and not isinstance(value, Characters) and wanted <= 1:
            return self._one(*self._front(state), self._convert(value)), 1
        raw, count = self._raw(value, wanted)
        if wanted > count:
            raw, count = raw.ljust(wanted * self.dbr.base.size, b"\0"), wanted
        return self.dbr.front.pack(*self._front(state)) + raw, count

    def nothing(self, wanted: int) -> tuple[bytes, int]:
        """Zeros, which go with the status of a failure."""
        return bytes(self.dbr.size(wanted)), wanted

    def _raw(self, value: Read, wanted: int) -> tuple[bytes, int]:
        base = self.dbr.base
        if isinstance(value, Characters):
            raw = value.cut(wanted if base is dbr.CHAR else 0)
            if base is dbr.CHAR:
                return raw, len(raw)
            value = np.frombuffer(raw, "i1")
        elements: Array = value if is_array(value) else to_array([value], self.address.dbf)
        if wanted:
            elements = elements[:wanted]
        if base is dbr.STRING:
            texts = fields.texts(self.address.record, self.address.field, elements)
            return b"".join(_bytes(text).ljust(base.size, b"\0") for text in texts), len(texts)
        made = _to_floats(elements) if base is dbr.FLOAT else to_array(elements, base.dbf)
        assert isinstance(made, np.ndarray)
        return made.astype(base.dtype).tobytes(), len(made)


def _to_floats(elements: Array) -> Numbers:
    """As epicsConvertDoubleToFloat: what is too large for it becomes its largest, what is too small its smallest."""
    doubles = np.asarray(to_array(elements, "DOUBLE"))
    convert = converter("FLOAT")
    finite = np.isfinite(doubles) & (doubles != 0)
    sizes = np.abs(doubles)
    odd = finite & ((sizes >= FLOAT_MAX) | (sizes <= 1.1754943508222875e-38))
    with np.errstate(all="ignore"):
        made = doubles.astype("f4")
    for index in np.flatnonzero(odd):
        made[index] = convert(float(doubles[index]))
    return made


def _bytes(text: str) -> bytes:
    return clip_text(text, STRING_BYTES).encode("utf-8", "surrogateescape")


def _converter(address: Address, base: dbr.Base) -> Callable[[Scalar], object]:
    """From the field's own value to what `struct` packs."""
    if base is dbr.STRING:
        record, field = address.record, address.field
        return lambda value: _bytes(fields.text_of(record, field, value))
    if address.dbf == base.dbf or (base is dbr.ENUM and address.dbf in ("MENU", "DEVICE")):
        return _as_it_is
    return converter(base.dbf)


def _as_it_is(value: Scalar) -> Scalar:
    return value


class RecordType(Encoder):
    """DBR_CLASS_NAME: the type of the record, whatever the field."""

    __slots__ = ()

    def __init__(self, address: Address, kind: Dbr) -> None:
        self.address, self.dbr = address, kind

    def payload(self, state: State, value: Read, wanted: int) -> tuple[bytes, int]:
        name = _bytes(self.address.record.rtype.name).ljust(self.dbr.base.size, b"\0")
        return name.ljust(wanted * len(name), b"\0"), max(wanted, 1)


def encoder(address: Address, number: int) -> Encoder:
    """For the type of that number; ValueError for one that is only written."""
    kind = TYPES[number]
    if kind.kind == dbr.CLASS:
        return RecordType(address, kind)
    if kind.kind not in FRONTS:
        raise ValueError(f"nothing is read as DBR_{kind.name}")
    return Encoder(address, kind)
