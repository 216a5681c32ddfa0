"""What links share that have no record at their end: JSON links that make a number, and the broken link.

Database thread.
"""

from __future__ import annotations

from pydevpva.db.model import Field
from pydevpva.records.core.alarm import INVALID, LINK, raise_alarm
from pydevpva.records.core.links import WithoutRecord
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value, converter, plain_text, to_array


class ComputedLink(WithoutRecord):
    """A link without a record at its end. Subclasses have `value`."""

    __slots__ = ("_owner", "field", "text")
    is_constant = False
    is_volatile = True
    is_time = False

    def __init__(self, owner: Record, field: Field, text: str) -> None:
        self._owner, self.field, self.text = owner, field.name, text

    def value(self) -> int | float | None:
        """The number, or None when it cannot be had."""
        raise NotImplementedError

    def get(self, dbf: str) -> Value:
        value = self.value()
        if value is None:
            return self.failed()
        return plain_text(value) if dbf == "STRING" else converter(dbf)(value) if dbf else value

    def get_any(self) -> Value:
        return self.get("")

    def get_array(self, dbf: str, limit: int) -> Value:
        value = self.get(dbf)
        return None if value is None else to_array([value][:limit], dbf)

    def get_text(self, size: int) -> Value:
        text = self.get("STRING")
        return text if text is None else text[:size]

    def failed(self) -> None:
        """LINK/INVALID, as for every link that cannot be read or written."""
        raise_alarm(self._owner, LINK, INVALID, f"field {self.field}")

    def load(self, dbf: str) -> Value:
        return None

    def load_array(self, dbf: str, limit: int) -> Value:
        return None

    def put(self, value: Value, dbf: str) -> bool:
        raise NotImplementedError

    def source(self) -> tuple[str, int] | None:
        return "DOUBLE", 1
