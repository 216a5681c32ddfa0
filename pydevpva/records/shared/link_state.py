"""OV, LNK1V, INAV...: what a record shows of its links. Database thread.

Links to other IOCs come and go: the record is told (Record.connection) and shows it at once, where EPICS's records
look every half second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydevpva.db.dbf import CHOICES, LINKS, TYPES
from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record

NOT_CONNECTED, CONNECTED, LOCAL, CONSTANT = range(4)  # calcoutINAV and the menus of synApps
UNKNOWN_TYPE = -1
_DEFINED = {name: code for code, name in enumerate(TYPES)}
_CODES = (
    _DEFINED | dict.fromkeys(CHOICES, _DEFINED["ENUM"]) | dict.fromkeys(LINKS, _DEFINED["STRING"])
)  # as they leave a channel


class ShowsLinks(Record):
    """A record with fields that tell where its links lead. init_record calls show_links."""

    __slots__ = ()
    link_states: ClassVar[Mapping[str, str]] = {}  # link field -> field of its state

    def show_links(self) -> None:
        """Look at all of them."""
        for field in self.link_states:
            self.show_link(field)

    def show_link(self, field: str) -> None:
        """What the link of this field leads to now."""
        show(self, self.link_states[field], link_state(getattr(self, field)))

    def relinked(self, field: str) -> None:
        if field in self.link_states:
            self.show_link(field)

    def connection(self, field: str) -> None:
        if field in self.link_states:
            self.show_link(field)


def is_local(link: Link) -> bool:
    """Whether the link's PV is in this IOC."""
    return getattr(link, "address", None) is not None


def link_state(link: Link) -> int:
    """The state of a link by its name: one to a PV of this IOC is local, whatever its modifiers."""
    return LOCAL if is_local(link) else state_as_made(link)


def state_as_made(link: Link) -> int:
    """The state of a link by the way it is made: with CA, CP or CPP it counts as one to another IOC."""
    if link.is_constant:
        return CONSTANT
    if not link.is_volatile:
        return LOCAL
    return CONNECTED if link.connected() else NOT_CONNECTED


def type_code(link: Link) -> int:
    """The number of the DBF type that the far end's channel has (dbChannelFinalFieldType); -1 when it is not known."""
    source = link.source()
    return UNKNOWN_TYPE if source is None else _CODES[source[0]]


def defined_type_code(link: Link) -> int:
    """The same of the field as its record type defines it, a menu or a link too."""
    source = link.source()
    return UNKNOWN_TYPE if source is None else _DEFINED[source[0]]


def show(record: Record, field: str, value: object) -> None:
    """Store and post a field, when that is news."""
    if getattr(record, field) != value:
        setattr(record, field, value)
        record.post_field(field, DBE_VALUE)
