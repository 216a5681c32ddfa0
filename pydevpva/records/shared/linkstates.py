"""What a record's links lead to, in fields such as INAV (scalcoutINAV and its like in synApps). Database thread.

A link to another IOC comes and goes: while one is not connected it is looked at twice a second, and all of them are
whenever the record processes.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record

NOT_CONNECTED, EXTERNAL, LOCAL, CONSTANT = range(4)
FIRST_LOOK, NEXT_LOOK = 1.0, 0.5  # seconds: after iocInit, and between two


class LinkStates:
    """The states of one record's links. fields: link field -> field of its state."""

    __slots__ = ("_fields", "_looks", "_record", "_volatile")

    def __init__(self, record: Record, fields: Mapping[str, str]) -> None:
        self._record, self._fields = record, fields
        self._looks = False  # whether a look is due by the clock
        self._volatile: list[str] = []  # the links that come and go
        for field in fields:
            self._set(field)
        self._note()
        self._look_later(FIRST_LOOK)

    def refresh(self) -> None:
        """Look at the links that come and go."""
        for field in self._volatile:
            self._set(field)

    def relinked(self, field: str) -> None:
        """A link field has another link."""
        if field in self._fields:
            self._set(field)
            self._note()
            self._look_later(NEXT_LOOK)

    def usable(self, field: str) -> bool:
        """Whether the link leads to a PV that is there."""
        return getattr(self._record, self._fields[field]) in (EXTERNAL, LOCAL)

    def _note(self) -> None:
        self._volatile = [field for field, state in self._fields.items() if getattr(self._record, state) <= EXTERNAL]

    def _set(self, field: str) -> None:
        record, state = self._record, self._fields[field]
        now = state_of(getattr(record, field))
        if getattr(record, state) != now:
            setattr(record, state, now)
            record.post_field(state, DBE_VALUE)

    def _look_later(self, seconds: float) -> None:
        states = (getattr(self._record, self._fields[field]) for field in self._volatile)
        if not self._looks and NOT_CONNECTED in states:
            self._looks = True
            self._record.host.call_later(seconds, self._look)

    def _look(self) -> None:
        self._looks = False
        self.refresh()
        self._look_later(NEXT_LOOK)


def state_of(link: Link) -> int:
    """Constant; a PV of this IOC, however the link leads there; or one elsewhere, there or not."""
    if link.is_constant:
        return CONSTANT
    if getattr(link, "address", None) is not None:
        return LOCAL
    return EXTERNAL if link.connected() else NOT_CONNECTED
