"""What links share that have no record at their end: JSON links that make a number, and the broken link.

Database thread.
"""

from __future__ import annotations

from pydevpva.db.model import Field
from pydevpva.records.core.alarm import INVALID, LINK, raise_alarm
from pydevpva.records.core.arrays import to_array
from pydevpva.records.core.links import WithoutRecord
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, Number, Scalar, Value, converter, plain_text


class ComputedLink(WithoutRecord):
    """A link without a record at its end. Subclasses have `value`."""

    __slots__ = ("_owner", "field", "text")
    is_constant = False
    is_volatile = True
    is_time = False

    def __init__(self, owner: Record, field: Field, text: str) -> None:
        self._owner, self.field, self.text = owner, field.name, text

    def value(self) -> Number | None:
        """The number, or None when it cannot be had."""
        raise NotImplementedError

    def get(self, dbf: str) -> Scalar | None:
        value = self.get_any()
        if value is None:
            return None
        return plain_text(value) if dbf == "STRING" else converter(dbf)(value)

    def get_any(self) -> Number | None:
        value = self.value()
        if value is None:
            self.failed()
        return value

    def get_array(self, dbf: str, limit: int) -> Array | None:
        value = self.get(dbf)
        return None if value is None else to_array([value][:limit], dbf)

    def get_text(self, size: int) -> str | None:
        text = self.get("STRING")
        return text[:size] if isinstance(text, str) else None

    def failed(self) -> None:
        """LINK/INVALID, as for every link that cannot be read or written."""
        raise_alarm(self._owner, LINK, INVALID, f"field {self.field}")

    def load(self, dbf: str) -> None:
        return None

    def load_array(self, dbf: str, limit: int) -> None:
        return None

    def put(self, value: Value, dbf: str) -> bool:
        raise NotImplementedError

    def source(self) -> tuple[str, int] | None:
        return "DOUBLE", 1
