"""NTScalarArray of texts."""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.shape import ALARM, TIME, Read, Shape
from pydevpva.pva.types.text import DISPLAY


class Texts(Shape):
    """An array of strings."""

    __slots__ = ()
    type_id = "epics:nt/NTScalarArray:1.0"
    is_array = True

    def members(self) -> list[Any]:
        return [("value", "as"), ALARM, TIME, DISPLAY]

    def reader(self, address: Address) -> Read:
        name = address.field.name
        return lambda record: wire.texts(record.get(name))

    def accept(self, address: Address, value: Any) -> Any:
        return [] if value is None else value  # p4p's word for an empty array


TEXTS = Texts("s")
