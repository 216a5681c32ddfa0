"""Address: one field of one record, as a channel or a link names it. Database thread."""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.db.dbf import CHOICES, FLOATS, LINKS
from pydevpva.db.model import Field
from pydevpva.engine.filters import epics as filter_kinds  # noqa: F401
from pydevpva.engine.filters.parse import Filter, Update, run
from pydevpva.records.core import fields
from pydevpva.records.core.arrays import first, first_or_zero, is_numbers
from pydevpva.records.core.record import Record
from pydevpva.records.core.shown import precision
from pydevpva.records.core.values import Sent, Value, format_float, plain_text, to_number
from pydevpva.records.shared import characters


class Address:
    """`long`: a string asked for in full length ($). Type and capacity are those that the filters leave."""

    __slots__ = ("_store", "dbf", "elements", "field", "filters", "long", "may_be_code", "record")

    def __init__(self, record: Record, field: Field, long: bool = False, filters: tuple[Filter, ...] = ()) -> None:
        self.record, self.field, self.long, self.filters = record, field, long, filters
        self.dbf, self.elements = record.dbf(field.name), record.elements(field.name)
        self.may_be_code = field.type in LINKS or field.name in record.code_fields  # see engine.put.check_code
        self._store: Callable[[Sent], None] | None = None  # chosen at the first put
        if filters:
            self._shape()

    def _shape(self) -> None:
        """What the filters leave: of a text that is read as characters, too, and then it may be one no more."""
        own = self.dbf
        if self.is_characters:
            self.dbf, self.elements = "CHAR", characters.capacity(self.record, self.field)
        for member in self.filters:
            self.dbf, self.elements = member.shape(self.dbf, self.elements)
        if self.is_characters and self.dbf == "CHAR":
            self.dbf = own
        else:
            self.long = False

    @property
    def is_characters(self) -> bool:
        """Whether filters see characters: of a name with $, and of the text of a link."""
        return self.long or self.field.type in LINKS

    def __repr__(self) -> str:
        return f"<Address {self.record.NAME}.{self.field.name}{'$' if self.long else ''}>"

    @property
    def is_strings(self) -> bool:
        """$ behind an array of strings."""
        return self.long and characters.is_strings(self.record, self.field.name)

    def source(self) -> Address:
        """The same without filters."""
        return Address(self.record, self.field, self.long)

    def get(self) -> Value:
        """The native value (see records/core/values.py)."""
        if self.is_strings:
            value: Value = characters.get(self.record, self.field).split(b"\0")[0].decode("utf-8", "surrogateescape")
        elif self.filters and self.field.type == "NOACCESS" and self.record.array_info(self.field.name) is None:
            value = 0  # TIME, of which the filter ts makes a value
        else:
            value = self.record.get(self.field.name)
            if self.elements == 1 and not self.filters and self.field.type == "NOACCESS":
                value = first_or_zero(value)  # an array may have grown since
        return self._filtered(value, 0, False) if self.filters else value

    def elements_in_use(self) -> Value:
        """As `get`, but an array of capacity 1 as the array that it is."""
        name = self.field.name
        is_one = self.elements == 1 and not self.filters and self.record.array_info(name) is not None
        return getattr(self.record, name) if is_one else self.get()

    def event(self, mask: int) -> bool:
        """Whether the filters let an update with this mask of what happened pass to those who watch."""
        return run(self.filters, Update(self.record, self.record.get(self.field.name), mask, True)) is not None

    def _filtered(self, value: Value, mask: int, is_event: bool) -> Value:
        update = run(self.filters, Update(self.record, value, mask, is_event))
        passed: Value = value if update is None else update.value
        return first_or_zero(passed) if self.elements == 1 else passed

    def text(self) -> str:
        """The value as EPICS shows it as a string."""
        if not self.filters:
            return fields.text(self.record, self.field)
        value = first_or_zero(self.get())
        if isinstance(value, str):
            return value
        if self.dbf in CHOICES:
            return fields.text(self.record, self.field)
        if self.dbf in FLOATS:
            digits = precision(self.record, self.field.name)
            return format_float(float(value), 6 if digits is None else digits & 0xFFFF)
        return plain_text(value)

    def number(self) -> float:
        """The value as a double, of an array its first element; ValueError for what is none."""
        try:
            return float(to_number(first(self.get()), "DOUBLE"))
        except IndexError:
            raise ValueError(f"{self.record.NAME}.{self.field.name} is empty") from None

    def put(self, value: Sent) -> None:
        """Store and post, without processing. Filters do not matter."""
        store = self._store
        if store is None:
            store = self._store = self._put_strings if self.is_strings else fields.storer(self.record, self.field)
        store(value)

    def _put_strings(self, value: Sent) -> None:
        text = value.astype("i1") if is_numbers(value) else str(value).encode("utf-8", "surrogateescape") + b"\0"
        characters.put(self.record, self.field, bytes(text))
