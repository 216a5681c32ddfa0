"""NTEnum: an ENUM, MENU or DEVICE field with its choices."""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.errors import PutError
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.number import number
from pydevpva.pva.types.shape import ALARM, TIME, Leaves, Read, Shape
from pydevpva.records.core.values import Sent


class Choice(Shape):
    """The index of one of some choices."""

    __slots__ = ()
    type_id = "epics:nt/NTEnum:1.0"
    leaf = "value.index"

    def members(self) -> list[Any]:
        value: Any = ("S", "enum_t", [("index", "i"), ("choices", "as")])
        return [("value", value), ALARM, TIME, ("display", ("S", "", [("description", "s")]))]

    @property
    def plain_code(self) -> str:
        return "H"

    def reader(self, address: Address) -> Read:
        return number("i").reader(address)

    def changing(self, address: Address) -> Leaves:
        record = address.record
        choices = wire.texts(record.choices(address.field.name))
        return {"display.description": wire.text(record.DESC), "value.choices": choices}

    def everything(self, address: Address) -> Leaves:
        return self.changing(address)

    def accept(self, address: Address, value: Sent) -> Sent:
        choices = address.record.choices(address.field.name)
        limit = 2**16 if address.record.any_state and address.field.type == "ENUM" else len(choices) or 2**16
        if isinstance(value, int) and 0 <= value < limit:
            return value
        listed = ", ".join(f"{n} {choice}" for n, choice in enumerate(choices))
        raise PutError(f"{address.record.NAME}.{address.field.name}: {value} is none of its choices ({listed})")


CHOICE = Choice("i")
