"""History: the updates of each record's VAL, as clients that watch all of them would get them. Database thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from pydevpva.db.dbf import CHOICES
from pydevpva.engine.address import Address
from pydevpva.engine.database import Database
from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_VALUE, SEVERITIES
from pydevpva.records.core.arrays import as_list, is_array
from pydevpva.records.core.record import Record

KEPT = 100_000  # updates of a record; then the oldest go


class Update(NamedTuple):
    """`seconds` since the test began, by the IOC's clock."""

    seconds: float
    value: Any
    severity: str


def value_of(address: Address) -> Any:
    """A field's value as tests compare it: choices and states are text, arrays are lists."""
    if address.dbf in CHOICES and not address.filters:
        return address.text()
    value = address.get()
    return as_list(value) if is_array(value) else value


class History:
    """The updates by record."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, deque[Update]] = {}

    def begin(self) -> None:
        """All records are there, and none has been processed."""
        for name, record in self._database.records.items():
            self._kept[name] = deque(maxlen=KEPT)
            if "VAL" in record.rtype.fields:
                record.attach(_Sink(self._database.find(name), self._kept[name], self._database.loop.clock))

    def of(self, name: str) -> list[Update]:
        """Those of a record; NotFound."""
        return list(self._kept[self._database.find(name).record.NAME])


class _Sink:
    """Of one record."""

    def __init__(self, address: Address, kept: deque[Update], clock: Callable[[], float]) -> None:
        self._address, self._kept, self._clock = address, kept, clock

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        if field in (None, "VAL") and mask & (DBE_VALUE | DBE_LOG | DBE_ALARM):
            self._kept.append(Update(self._clock(), value_of(self._address), SEVERITIES[record.SEVR]))
