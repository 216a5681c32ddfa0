"""NTScalar of a text: strings, links, and CHAR arrays that are shown as text."""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.shape import ALARM, TIME, Read, Shape
from pydevpva.records.core.arrays import characters, is_numbers
from pydevpva.records.core.values import STRING_BYTES, Sent, Value, clip_text

DISPLAY = ("display", ("S", "", [("description", "s"), ("units", "s")]))


class Text(Shape):
    """A text as it is: a link's, or a string of more than 40 bytes."""

    __slots__ = ()
    type_id = "epics:nt/NTScalar:1.0"
    is_text = True

    def members(self) -> list[Any]:
        return [("value", "s"), ALARM, TIME, DISPLAY]

    def reader(self, address: Address) -> Read:
        name = address.field.name
        return lambda record: wire.text(str(record.get(name)))


class ShortText(Text):
    """A text that has up to 41 bytes with its NUL, of which QSRV2 shows and takes 39 (pvxs: ioc/channel.cpp)."""

    __slots__ = ()

    def reader(self, address: Address) -> Read:
        name = address.field.name
        return lambda record: wire.text(clip_text(str(record.get(name)), STRING_BYTES))

    def accept(self, address: Address, value: Sent) -> Sent:
        return clip_text(str(value), STRING_BYTES)


class CharacterText(Text):
    """A CHAR array whose info(Q:form, "String") has it shown as the text in it, up to its NUL."""

    __slots__ = ()

    def reader(self, address: Address) -> Read:
        name = address.field.name
        return lambda record: _text(record.get(name))

    def accept(self, address: Address, value: Sent) -> Sent:
        """As many bytes as fit with the terminating NUL, which is stored too when there is room."""
        return characters(str(value).encode("utf-8", "surrogateescape")[: max(address.elements - 1, 0)] + b"\0")


TEXT, SHORT_TEXT, CHARACTER_TEXT = Text("s"), ShortText("s"), CharacterText("s")


def is_short(address: Address) -> bool:
    """Whether the field is a ShortText."""
    field, record = address.field, address.record
    if field.type == "STRING":
        return field.size == 41
    return field.type == "NOACCESS" and 0 < record.string_size(field.name) <= 40


def _text(value: Value) -> bytes:
    """The text in a CHAR array, up to its NUL, as the bytes it is made of."""
    if not is_numbers(value):
        raise TypeError(f"{value!r} is no array of characters")
    found = value.tobytes().split(b"\0", 1)[0]
    return found if found.isascii() else found.decode("utf-8", "replace").encode()
