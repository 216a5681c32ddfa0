"""Reading a field for Channel Access: its value as the database has it, or as characters. Database thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from pydevpva.db.dbf import LINKS, TYPES
from pydevpva.engine.address import Address
from pydevpva.engine.filters.parse import Update, run
from pydevpva.records.core.arrays import first_or_zero
from pydevpva.records.core.record import Record
from pydevpva.records.core.rset import RecordSupport
from pydevpva.records.core.values import Value
from pydevpva.records.shared import characters

CHAR = 4


class Characters:
    """A text as the characters of its memory (REC.FIELD$), with the NUL that ends it."""

    __slots__ = ("capacity", "raw", "text")

    def __init__(self, text: str, capacity: int) -> None:
        self.text, self.capacity = text, capacity
        self.raw = text.encode("utf-8", "surrogateescape") + b"\0"

    def __eq__(self, other: object) -> bool:
        """The same text: a monitor of REC.DESC$ hears nothing when its record processes and DESC stays."""
        return isinstance(other, Characters) and self.text == other.text

    def cut(self, wanted: int) -> bytes:
        """At most so many characters, 0: all that there are; the last is a NUL."""
        room = min(wanted or self.capacity, self.capacity)
        return self.raw if len(self.raw) <= room else self.raw[: room - 1] + b"\0"

    def whole(self) -> bytes:
        """All of its memory."""
        return self.raw[: self.capacity].ljust(self.capacity, b"\0")


Read: TypeAlias = "Value | Characters"


def read(address: Address) -> Read:
    """What a get gives. Filters see it as a value that is being read."""
    if address.long and not address.filters:
        return Characters(str(address.get()), capacity(address))
    record = address.record
    if address.field.name == "VAL" and record.string_size("VAL") and not record.LEN:
        return []  # a long string that nobody has written to
    if address.filters and record.array_info(address.field.name) is not None:  # one element may be none
        passed = run(address.filters, Update(record, record.get(address.field.name), 0, False))
        return record.get(address.field.name) if passed is None else passed.value
    return address.elements_in_use()


def reader(address: Address) -> Callable[[], Read]:
    """What `read(address)` gives, time and again: most fields are an attribute of their record, and nothing else."""
    record, field = address.record, address.field
    is_bare = not (address.filters or address.long or field.type in LINKS or field.type == "NOACCESS")
    if is_bare and type(record).get is RecordSupport.get and not record.string_size(field.name):
        return partial(getattr, record, field.name)
    return partial(read, address)


def filtered(address: Address, update: Update) -> Update | None:
    """What the filters let pass of an update of a monitor, its value as a client sees it."""
    passed = run(address.filters, update)
    if passed is not None and address.elements == 1:
        passed.value = first_or_zero(passed.value)
    return passed


def update_of(address: Address, record: Record, mask: int) -> Update:
    """What happened, for the filters."""
    value = 0 if address.field.type == "NOACCESS" and record.array_info(address.field.name) is None else None
    return Update(record, record.get(address.field.name) if value is None else value, mask, True)


def capacity(address: Address) -> int:
    """How many elements clients are told the field has at most."""
    if address.long and not address.filters:
        return characters.capacity(address.record, address.field)
    return address.elements


def type_number(address: Address) -> int:
    """The DBR type of the field's own type; -1: it has no value that clients could see."""
    if address.long and not address.filters:
        return CHAR
    return TYPES[address.dbf].dbr
