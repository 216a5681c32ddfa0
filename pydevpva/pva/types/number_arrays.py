"""NTScalarArray of numbers, and the characters of a text that is asked for in full length, "REC.DESC$"."""

from __future__ import annotations

from functools import cache
from operator import attrgetter

import numpy as np

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.number import Number, Numeric
from pydevpva.pva.types.shape import Leaves, Read, Wire
from pydevpva.records.core import arrays
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Sent
from pydevpva.records.shared import characters


class Numbers(Numeric):
    """An array of numbers."""

    __slots__ = ()
    type_id = "epics:nt/NTScalarArray:1.0"
    is_array = True

    def reader(self, address: Address) -> Read:
        name, expected, most = address.field.name, wire.DTYPES[self.code], address.elements

        def read(record: Record) -> Wire:
            value = record.get(name)
            if arrays.is_numbers(value) and value.dtype == expected and value.ndim == 1:
                return value if len(value) <= most else value[:most]  # p4p copies it
            raise TypeError(f"{record.NAME}.{name} holds {value!r}, which is no 1-d array of {expected}")

        return read

    def differs(self, value: Wire, other: Wire | None) -> bool:
        return not arrays.same(value, other)

    def empty(self) -> Sent:
        return np.empty(0, dtype=wire.DTYPES[self.code])


class Characters(Numbers):
    """A text of any length as its bytes with their NUL, as QSRV2 gives "REC.DESC$"; it has no limits."""

    __slots__ = ()

    def reader(self, address: Address) -> Read:
        record, name = address.record, address.field.name
        if address.is_strings:
            return lambda r: arrays.characters(characters.get(r, address.field))
        if record.array_info(name) is None:
            return lambda r: _characters(str(r.get(name)), b"\0")
        size = attrgetter("LEN" if name == "VAL" else "OLEN")  # an lsi that was never set has no character
        return lambda r: _characters(str(r.get(name)), b"\0"[: size(r)])

    def limits(self, address: Address) -> Leaves:
        return {}

    def accept(self, address: Address, value: Sent) -> Sent:
        if not arrays.is_numbers(value) or len(value) == 0:
            return value
        sent = value.astype("i1")
        return sent if address.is_strings else sent.tobytes().split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


class Character(Number):
    """The one character that filters leave of a text."""

    __slots__ = ()

    def limits(self, address: Address) -> Leaves:
        return {}


@cache
def numbers(code: str) -> Numbers:
    """The one Numbers of that code."""
    return Numbers(code)


CHARACTERS, CHARACTER = Characters("b"), Character("b")


def _characters(text: str, empty: bytes) -> Wire:
    return arrays.characters(text.encode("utf-8", "surrogateescape") + b"\0" if text else empty)
