"""Encoder: the value of one field, as one DBR type has it (EPICS: db_access.c, dbAccess.c dbGet). Database thread.

Conversions are those of dbFastLinkConv and dbConvert; what none can be made of raises ValueError.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Protocol

import numpy as np

from pydevpva.ca import dbr
from pydevpva.ca.dbr import TYPES, Dbr
from pydevpva.ca.floats import to_floats
from pydevpva.ca.front import FRONTS
from pydevpva.ca.read import Characters, Read, capacity
from pydevpva.db.dbf import LINKS
from pydevpva.engine.address import Address
from pydevpva.records.core import fields
from pydevpva.records.core.arrays import is_array, to_array
from pydevpva.records.core.values import STRING_BYTES, Array, Scalar, clip_text, converter

ONE = frozenset((float, int, str))  # the types of most values, none of them several


class State(Protocol):
    """Whose alarm and time go with a value: the record, or an update that filters have passed on."""

    SEVR: int
    STAT: int
    TIME: int


class Encoder:
    """Makes payloads of one type. A monitor keeps one; what can be chosen beforehand is chosen."""

    # The types that have the memory of a text as it is; in others it ends where the text ends
    uncut: ClassVar[tuple[str, ...]] = (dbr.STS, dbr.GR, dbr.CTRL)

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
        if wanted <= 1 and (type(value) in ONE or not (is_array(value) or isinstance(value, Characters))):
            return self._one(*self._front(state), self._convert(value)), 1  # type: ignore[arg-type]
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
            if base is dbr.CHAR:
                raw = value.cut(wanted)
                is_counted = self.address.field.type == "NOACCESS"  # a long string: its LEN says how many there are
                if self.dbr.kind in self.uncut and not is_counted:
                    raw = raw.ljust(wanted or value.capacity, b"\0")
                return raw, len(raw)
            value = np.frombuffer(value.whole(), "i1")
        elements: Array = value if is_array(value) else to_array([value], self.address.dbf)
        if wanted:
            elements = elements[:wanted]
        if base is dbr.STRING:
            texts = fields.texts(self.address.record, self.address.field, elements)
            return b"".join(_bytes(text).ljust(base.size, b"\0") for text in texts), len(texts)
        made = to_floats(elements) if base is dbr.FLOAT else to_array(elements, base.dbf)
        assert isinstance(made, np.ndarray)
        return made.astype(base.dtype).tobytes(), len(made)


def _bytes(text: str) -> bytes:
    return clip_text(text, STRING_BYTES).encode("utf-8", "surrogateescape")


def _converter(address: Address, base: dbr.Base) -> Callable[[Scalar], object]:
    """From the field's own value to what `struct` packs."""
    if base is dbr.STRING:
        record, field = address.record, address.field
        return lambda value: _bytes(fields.text_of(record, field, value))
    if address.dbf == base.dbf or (base is dbr.ENUM and address.dbf in ("MENU", "DEVICE")):
        return _as_it_is
    return _state if base is dbr.ENUM else converter(base.dbf)


def _state(value: Scalar) -> Scalar:
    """A number as a state; a text is none, whatever it says."""
    if isinstance(value, str):
        raise ValueError("a text is not read as a state")
    return converter("ENUM")(value)


def _as_it_is(value: Scalar) -> Scalar:
    return value


class LinkText(Encoder):
    """The text of a link (EPICS: dbAccess.c getLinkValue): as a string, as characters; as a DOUBLE it is none."""

    __slots__ = ()
    uncut = ()

    def payload(self, state: State, value: Read, wanted: int) -> tuple[bytes, int]:
        base = self.dbr.base
        text = value if isinstance(value, Characters) else Characters(str(value), max(wanted, 1))
        if base is dbr.CHAR:
            return super().payload(state, text, wanted)
        if base not in (dbr.STRING, dbr.DOUBLE):
            raise ValueError(f"a link is not read as DBR_{self.dbr.name}")
        one = self._one(*self._front(state), _bytes(text.text) if base is dbr.STRING else math.nan)
        return one.ljust(self.dbr.size(wanted), b"\0"), max(wanted, 1)


class RecordType(Encoder):
    """DBR_CLASS_NAME: the type of the record, whatever the field."""

    __slots__ = ()

    def __init__(self, address: Address, kind: Dbr) -> None:
        self.address, self.dbr = address, kind

    def payload(self, state: State, value: Read, wanted: int) -> tuple[bytes, int]:
        name = _bytes(self.address.record.rtype.name).ljust(self.dbr.base.size, b"\0")
        count = wanted or capacity(self.address)
        return name.ljust(count * len(name), b"\0"), count


def encoder(address: Address, number: int) -> Encoder:
    """For the type of that number; ValueError for one that is only written."""
    kind = TYPES[number]
    if kind.kind == dbr.CLASS:
        return RecordType(address, kind)
    if kind.kind not in FRONTS:
        raise ValueError(f"nothing is read as DBR_{kind.name}")
    return (LinkText if address.field.type in LINKS and not address.filters else Encoder)(address, kind)
