"""A link that leads nowhere. Database thread."""

from __future__ import annotations

from pydevpva.db.model import Field
from pydevpva.engine.links.computed import ComputedLink
from pydevpva.records.core.alarm import AMSG_SIZE, INVALID, LINK, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value, clip_text


class BrokenLink(ComputedLink):
    """A link whose far end does not exist: LINK/INVALID on every use, like a link that never connects.

    `why` is what the alarm says, when there is more to say than which link it is.
    """

    __slots__ = ("_why",)

    def __init__(self, owner: Record, field: Field, text: str, why: str = "") -> None:
        super().__init__(owner, field, text)
        self._why = clip_text(why or f"field {field.name}", AMSG_SIZE)

    def value(self) -> None:
        return None

    def put(self, value: Value, dbf: str) -> bool:
        self.failed()
        return False

    def failed(self) -> None:
        raise_alarm(self._owner, LINK, INVALID, self._why)

    def connected(self) -> bool:
        return False

    def source(self) -> tuple[str, int] | None:
        return None
