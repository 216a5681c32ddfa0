"""Links to PVs whose names are values of a record: INAN of swait. Database thread.

They are made as a client's are: nothing there is processed by reading, a put comes later and can be waited for.
"""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.engine.address import Address
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.links.remote import RemoteLink
from pydevpva.engine.links.searched import SearchedLink
from pydevpva.engine.put import Done, Put, Puts
from pydevpva.records.core import shown
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.links import Description, Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Numbers, Value


class WatchedLink(MonitoredLink):
    """A link inside the IOC that tells its owner of each change of its PV, and does not process it."""

    __slots__ = ("_begun",)

    def __init__(
        self, owner: Record, field: str, text: str, address: Address, mode: str, watching: str, puts: Puts
    ) -> None:
        super().__init__(owner, field, text, address, mode, watching, puts)
        self._begun: list[Put] = []  # puts that wait for their end

    def trigger(self) -> None:
        self._owner.pv_changed(self.field)

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        sent = self._as_sent(value, dbf) if isinstance(value, str) else value
        self._owner.host.submit(self._begin, sent, done)
        return True

    def _begin(self, value: Value, done: Done) -> None:
        put = self._puts.put_from_outside(self.address, value, None, True, done)
        self._begun = [begun for begun in (*self._begun, put) if begun is not None and not begun.ended]

    def give_up(self) -> None:
        """Wait for no put any more: who waits for the record there has his turn."""
        for put in self._begun:
            put.cancel()


class Named:
    """What the record has in hand (records.core.links.NamedLink): its failures are no alarms of the record."""

    __slots__ = ("_link", "_owner", "connected")

    def __init__(self, owner: Record, link: Link) -> None:
        self._owner, self._link, self.connected = owner, link, link.connected

    def may(self) -> tuple[bool, bool]:
        link = self._link
        if not link.connected():
            return False, False
        if not isinstance(link, (RemoteLink, SearchedLink)):
            return True, True
        rights = link.state().rights
        return bool(rights & 1) and link.time() is not None, bool(rights & 2)

    def value(self, dbf: str = "DOUBLE") -> float | None:
        value = self._quietly(lambda: self._link.get(dbf))
        if value is None and (array := self.array(dbf, 1)) is not None and not len(array):
            return 0.0  # an empty array
        return value if isinstance(value, float) else None

    def array(self, dbf: str, limit: int) -> Numbers | None:
        values = self._quietly(lambda: self._link.get_array(dbf, limit))
        return values if is_numbers(values) else None

    def _quietly(self, read: Callable[[], object]) -> object:
        owner = self._owner
        raised = owner.NSTA, owner.NSEV, owner.NAMSG
        value = read()
        owner.NSTA, owner.NSEV, owner.NAMSG = raised
        return value

    def elements(self) -> int:
        source = self._link.source()
        return 0 if source is None else source[1]

    def describe(self) -> Description:
        address = getattr(self._link, "address", None)
        if address is not None:
            return _shown(address)
        link = self._link
        if not isinstance(link, (RemoteLink, SearchedLink)):
            return Description()
        nothing = (0.0, 0.0)
        return Description(
            link.units() or "",
            link.precision() or 0,
            link.display_limits() or nothing,
            link.control_limits() or nothing,
        )

    def refresh(self, done: Callable[[], object]) -> bool:
        refresh = getattr(self._link, "refresh", None)
        return refresh is not None and bool(refresh(done))

    def put(self, value: Value, dbf: str) -> bool:
        return self._link.put(value, dbf)

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        begin = getattr(self._link, "put_async", None)
        return begin is not None and bool(begin(value, dbf, done))

    def give_up(self) -> None:
        if isinstance(self._link, WatchedLink):
            self._link.give_up()

    def close(self) -> None:
        self._link.close()


def _shown(address: Address) -> Description:
    """Of a field of this IOC."""
    record, name = address.record, address.field.name
    nothing = (0.0, 0.0)
    return Description(
        shown.units(record, name) or "",
        shown.precision(record, name) or 0,
        shown.display_limits(record, name) or nothing,
        shown.control_limits(record, name) or nothing,
    )
