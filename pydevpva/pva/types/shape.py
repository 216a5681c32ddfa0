"""Shape: how a field looks on the wire. A kind of data is a class, in a file of its own beside this one.

The structures are those of QSRV2 (pvxs: ioc/singlesource.cpp getValuePrototype, src/nt.cpp; values and properties:
ioc/iocsource.cpp), leaf for leaf. Each method says its thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

from p4p import Type

from pydevpva.db.infos import FORM
from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core import shown
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Sent, Value

ALARM = ("alarm", ("S", "alarm_t", [("severity", "i"), ("status", "i"), ("message", "s")]))
TIME = ("timeStamp", ("S", "time_t", [("secondsPastEpoch", "l"), ("nanoseconds", "i"), ("userTag", "i")]))
FORMS = ("Default", "String", "Binary", "Decimal", "Hex", "Exponential", "Engineering")

Leaves = dict[str, Any]
Wire: TypeAlias = "Value | bytes | list[str | bytes]"  # text that is no UTF-8 goes as bytes
Read = Callable[[Record], "Wire"]


class Shape:
    """One kind of data. p4p refuses a post whose Type is equal but not the same object as at open: one is made once.

    code: the type code of one element.
    """

    __slots__ = ("code", "type")
    type_id: ClassVar[str]
    leaf: ClassVar[str] = "value"  # which holds the value
    is_array: ClassVar[bool] = False
    is_text: ClassVar[bool] = False  # one text

    def __init__(self, code: str) -> None:
        self.code = code
        self.type = Type(self.members(), id=self.type_id)

    def members(self) -> list[Any]:
        """The structure, as p4p's Type takes it."""
        raise NotImplementedError

    @property
    def plain_code(self) -> str:
        """The type of the value alone, as the database has it."""
        return f"a{self.code}" if self.is_array else self.code

    # ---- out: database thread ----

    def reader(self, address: Address) -> Read:
        """The function from the record to what p4p stores into the leaf. It raises TypeError for what does not fit."""
        raise NotImplementedError

    def differs(self, value: Wire, other: Wire | None) -> bool:
        """Whether what `reader` gave is another than before; NaN does not differ from NaN."""
        return value != other and (value == value or other == other)

    def changing(self, address: Address) -> Leaves:
        """The leaves besides value, alarm and time that a property change posts: exactly those QSRV2 marks."""
        record = address.record
        leaves: Leaves = {"display.description": wire.text(record.DESC)}
        if (units := shown.units(record, address.field.name)) is not None:
            leaves["display.units"] = wire.text(units)
        return leaves

    def everything(self, address: Address) -> Leaves:
        """All leaves besides value, alarm and time, for open."""
        return {"display.units": "", **self.changing(address)}

    # ---- in ----

    def sent(self, structure: Structure) -> Sent | None:
        """The value a client put; None: it changed some other leaf. On the pvxs thread. Arrays are p4p's own read-only
        memory."""
        if not structure.changed(self.leaf):
            return None
        value: Sent | None = structure[self.leaf]
        return self.empty() if value is None else value

    def empty(self) -> Sent:
        """An array that was sent empty, for which p4p gives None."""
        return []

    def accept(self, address: Address, value: Sent) -> Sent:
        """What was sent, as the database takes it; PutError when the field cannot hold it. Database thread."""
        return value


def form_of(address: Address) -> str:
    """info(Q:form, ...), which speaks of VAL only."""
    return str(address.record.info.get(FORM, "Default")) if address.field.name == "VAL" else "Default"
