"""A link that leads nowhere. Database thread."""

from __future__ import annotations

from pydevpva.records.alarm import INVALID, LINK, raise_alarm
from pydevpva.records.record import Record
from pydevpva.records.values import Value


class BrokenLink:
    """A link whose far end does not exist: LINK/INVALID on every use, like a link that never connects."""

    __slots__ = ("_owner", "field", "text")
    is_constant = False
    is_volatile = True
    is_time = False

    def __init__(self, owner: Record, field: str, text: str) -> None:
        self._owner, self.field, self.text = owner, field, text

    def __str__(self) -> str:
        return self.text

    def get(self, dbf: str) -> Value:
        raise_alarm(self._owner, LINK, INVALID, f"field {self.field}")
        return None

    def get_array(self, dbf: str, limit: int) -> Value:
        return self.get(dbf)

    def get_text(self, size: int) -> str | None:
        self.get("STRING")
        return None

    def get_any(self) -> Value:
        return self.get("")

    def put(self, value: Value, dbf: str) -> bool:
        self.get(dbf)
        return False

    def load(self, dbf: str) -> Value:
        return None

    def load_array(self, dbf: str, limit: int) -> Value:
        return None

    def forward(self) -> None:
        pass

    def time(self) -> tuple[int, int] | None:
        return None

    def connected(self) -> bool:
        return False

    def alarm(self) -> tuple[int, int, str] | None:
        return None

    def source(self) -> tuple[str, int] | None:
        return None

    def close(self) -> None:
        pass
