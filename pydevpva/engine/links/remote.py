"""Links that leave the IOC, whatever they speak: what the rooms of the protocols have in common. Database thread.

`RemoteLinks` is what the engine asks of such a room; which of several gets a plain name is in searched.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydevpva.db.linktext import LinkText
from pydevpva.db.model import Field
from pydevpva.engine.processing import process
from pydevpva.errors import did_you_mean
from pydevpva.records.core.links import Nothing
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, Scalar, Value, Whole

log = logging.getLogger(__name__)

MOST_NAMED = 10  # of the links to one PV
Done = Callable[[str | None], None]


@dataclass(frozen=True, slots=True)
class LinkState:
    """For reports: where the far end is, what this link may do there (1 to read, 2 to write) and what it has asked for,
    how often it was lost, and how many puts were overtaken by the next before they were sent."""

    server: str
    rights: int = 3
    asked: str = ""
    disconnects: int = 0
    overtaken: int = 0


class Search(Protocol):
    """Several protocols look for the name (searched.SearchedLink)."""

    def is_won_by(self, link: RemoteLink) -> bool: ...
    def answered(self, link: RemoteLink) -> None: ...
    def lost(self, link: RemoteLink) -> None: ...


class RemoteLink:
    """A link to another IOC: with CP or CPP it processes its record when its far end has news.

    A room's own adds reading and writing (records.core.links.Link), `begin` and `end`; it calls `found`, `updated` and
    `lost`.
    """

    __slots__ = ("_is_named", "_owner", "_rests", "_watching", "field", "is_time", "search", "text")
    is_constant = False
    is_volatile = True
    protocol: ClassVar[str]

    def __init__(self, owner: Record, field: Field, text: str, process: str) -> None:
        self._owner, self.field, self.text = owner, field.name, text
        self._watching = process if field.type == "INLINK" and process in ("CP", "CPP") else ""
        self._is_named = field.type == "STRING"  # a field that names a PV is no link
        self._rests = False  # an update waits for the end of a pause
        self.is_time = False
        self.search: Search | None = None  # None: no other protocol looks for this name

    @property
    def place(self) -> str:
        """The record and field that the link stands in."""
        return f"{self._owner.NAME}.{self.field}"

    def __str__(self) -> str:
        return self.text

    def start(self) -> None:
        """iocRun, or set later."""
        self.begin()

    def close(self) -> None:
        """The field has another link now."""
        self.end()

    def begin(self) -> None:
        """Look for the far end."""
        raise NotImplementedError

    def end(self) -> None:
        """Let go of it, for good; puts that wait for it end."""
        raise NotImplementedError

    # ---- what happens to the far end ----

    def found(self) -> None:
        """It is connected."""
        if self.search is not None:
            self.search.answered(self)
        self._owner.connection(self.field)

    def lost(self) -> None:
        """It is not any more."""
        if self.search is not None:
            self.search.lost(self)
        self._owner.connection(self.field)

    def updated(self) -> None:
        """A connect, update or disconnect. CP and CPP: process the record; later when the IOC is paused."""
        if self.search is not None and not self.search.is_won_by(self):
            return
        if self._is_named and self.connected():
            self._owner.pv_changed(self.field)
        if not self._watching:
            return
        host = self._owner.host
        if not host.paused:
            self._process()
        elif not self._rests:
            self._rests = True
            host.when_running(self._process)

    def _process(self) -> None:
        """Once more when it is busy."""
        self._rests = False
        record = self._owner
        if not self._watching or (self._watching == "CPP" and record.SCAN != 0):
            return
        if record.PACT:
            record.RPRO = 1
        else:
            process(record)

    # ---- what a room's own does ----

    def get(self, dbf: str) -> Scalar | Nothing:
        raise NotImplementedError

    def get_array(self, dbf: str, limit: int) -> Array | Nothing:
        raise NotImplementedError

    def get_text(self, size: int) -> str | Nothing:
        raise NotImplementedError

    def get_any(self) -> Whole | Nothing:
        raise NotImplementedError

    def put(self, value: Value, dbf: str) -> bool:
        raise NotImplementedError

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        """As put; done(None or error) when the far end has completed it."""
        raise NotImplementedError

    def forward(self) -> None:
        raise NotImplementedError

    def refresh(self, done: Callable[[], object]) -> bool:
        """Ask for the value as it is now; done() when it is there, or cannot be had. False: nobody is there."""
        raise NotImplementedError

    def load(self, dbf: str) -> None:
        return None

    def load_array(self, dbf: str, limit: int) -> None:
        return None

    def time(self) -> tuple[int, int] | None:
        raise NotImplementedError

    def connected(self) -> bool:
        raise NotImplementedError

    def alarm(self) -> tuple[int, int, str] | None:
        raise NotImplementedError

    def source(self) -> tuple[str, int] | None:
        raise NotImplementedError

    def units(self) -> str | None:
        raise NotImplementedError

    def precision(self) -> int | None:
        raise NotImplementedError

    def display_limits(self) -> tuple[float, float] | None:
        """Low and high; None: not known."""
        raise NotImplementedError

    def control_limits(self) -> tuple[float, float] | None:
        """Low and high; None: not known."""
        raise NotImplementedError

    def alarm_limits(self) -> tuple[float, float, float, float] | None:
        """LOLO, LOW, HIGH, HIHI; None: not known."""
        raise NotImplementedError

    def state(self) -> LinkState:
        """For reports."""
        raise NotImplementedError


class RemoteLinks(Protocol):
    """Makes links to what is not in this IOC, by one protocol."""

    def from_text(self, record: Record, field: Field, text: str, parsed: LinkText) -> RemoteLink:
        """The link for a link field's plain text, "NAME CP MS", that names no record of this IOC; of TSEL no .TIME."""


def tell_missing(what: str, name: str, places: Collection[str], *known: Collection[str]) -> None:
    """Name the links to a PV that has not been found: a misspelled name of a known record looks just like that."""
    if named := sorted(set(places)):  # a motor's RDBL is read as a link and watched as a client does it
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        hint = did_you_mean(name.partition(".")[0], *known)
        log.warning("%s: %s%s%s", what, ", ".join(named[:MOST_NAMED]), more, hint)
