"""NTScalarArray of texts."""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.shape import ALARM, TIME, Read, Shape
from pydevpva.pva.types.text import DISPLAY
from pydevpva.records.core.values import Value


class Texts(Shape):
    """An array of strings."""

    __slots__ = ()
    type_id = "epics:nt/NTScalarArray:1.0"
    is_array = True

    def members(self) -> list[Any]:
        return [("value", "as"), ALARM, TIME, DISPLAY]

    def reader(self, address: Address) -> Read:
        name = address.field.name
        return lambda record: _texts(record.get(name))


def _texts(value: Value) -> list[str | bytes]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no array of texts")
    return wire.texts(value)


TEXTS = Texts("s")
