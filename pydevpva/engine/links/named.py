"""Links to PVs whose names are values of a record: INAN of swait. Database thread.

They are made as a client's are: nothing there is processed by reading, a put comes later and can be waited for.
"""

from __future__ import annotations

from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.put import Done
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value


class WatchedLink(MonitoredLink):
    """A link inside the IOC that tells its owner of each change of its PV, and does not process it."""

    __slots__ = ()

    def trigger(self) -> None:
        self._owner.pv_changed(self.field)


class Named:
    """What the record has in hand (records.core.links.NamedLink): its failures are no alarms of the record."""

    __slots__ = ("_link", "_owner", "connected")

    def __init__(self, owner: Record, link: Link) -> None:
        self._owner, self._link, self.connected = owner, link, link.connected

    def value(self) -> float | None:
        owner = self._owner
        raised = owner.NSTA, owner.NSEV, owner.NAMSG
        value = self._link.get("DOUBLE")
        if value is None and is_numbers(array := self._link.get_array("DOUBLE", 1)) and not len(array):
            value = 0.0  # an empty array
        owner.NSTA, owner.NSEV, owner.NAMSG = raised
        return value if isinstance(value, float) else None

    def put(self, value: Value, dbf: str) -> bool:
        return self._link.put(value, dbf)

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        begin = getattr(self._link, "put_async", None)
        return begin is not None and bool(begin(value, dbf, done))

    def close(self) -> None:
        self._link.close()
