"""Address: one field of one record, as a channel or a link names it. Database thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydevpva.db.model import Field
from pydevpva.engine import filter_kinds  # noqa: F401  # they register themselves
from pydevpva.engine.filters import Filter, Update, run
from pydevpva.records import fields
from pydevpva.records.properties import precision
from pydevpva.records.record import Record
from pydevpva.records.values import Value, format_float, plain_text

if TYPE_CHECKING:
    from pydevpva.engine.database import Database


class Address:
    """`long`: a string asked for in full length ($). Type and capacity are those that the filters leave."""

    __slots__ = ("database", "dbf", "elements", "field", "filters", "long", "record")

    def __init__(
        self, database: Database, record: Record, field: Field, long: bool = False, filters: tuple[Filter, ...] = ()
    ) -> None:
        self.database, self.record, self.field, self.long, self.filters = database, record, field, long, filters
        self.dbf, self.elements = record.dbf(field.name), record.elements(field.name)
        for member in filters:
            self.dbf, self.elements = member.shape(self.dbf, self.elements)

    def __repr__(self) -> str:
        return f"<Address {self.record.NAME}.{self.field.name}{'$' if self.long else ''}>"

    def source(self) -> Address:
        """The same without filters."""
        return Address(self.database, self.record, self.field, self.long)

    def get(self) -> Value:
        """The native value (see records/values.py)."""
        value = fields.get(self.record, self.field)
        return self._filtered(value, 0, False) if self.filters else value

    def event(self, mask: int) -> bool:
        """Whether the filters let an update with this mask of what happened pass to those who watch."""
        return run(self.filters, Update(self.record, fields.get(self.record, self.field), mask, True)) is not None

    def _filtered(self, value: Value, mask: int, is_event: bool) -> Value:
        update = run(self.filters, Update(self.record, value, mask, is_event))
        passed = value if update is None else update.value
        return fields.first(passed, self.dbf) if self.elements == 1 else passed

    def text(self) -> str:
        """The value as EPICS shows it as a string."""
        if not self.filters:
            return fields.text(self.record, self.field)
        value = fields.first(self.get(), self.dbf)
        if isinstance(value, str):
            return value
        if self.dbf in ("ENUM", "MENU", "DEVICE"):
            return fields.text(self.record, self.field)
        if self.dbf in ("DOUBLE", "FLOAT"):
            digits = precision(self.record, self.field.name)
            return format_float(float(value), 6 if digits is None else digits & 0xFFFF)
        return plain_text(value)

    def put(self, value: Value) -> None:
        """Store and post, without processing. Filters do not matter."""
        fields.put(self.record, self.field, value)
