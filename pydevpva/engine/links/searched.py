"""SearchedLink: a plain name of no record here, which each protocol looks for; who answers first has it.

The link by that protocol is kept, and the others end. Once it is lost, its protocol alone looks for it at first: an IOC
that starts again answers as it did before, and a thousand links do not knock twice. Database thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from pydevpva.db.linktext import LinkText
from pydevpva.db.model import Field
from pydevpva.engine.links.remote import Done, LinkState, RemoteLink, RemoteLinks
from pydevpva.records.core.links import Link, Nothing
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, Scalar, Value, Whole
from pydevpva.timers import Timer

GRACE = 1.0  # seconds for which an answer waits for that of the protocol which is preferred
LOYAL = 30.0  # seconds for which a name that was lost is looked for as before only


def look_for(
    remotes: Collection[RemoteLinks], record: Record, field: Field, text: str, parsed: LinkText, is_time: bool = False
) -> Link:
    """The link for a plain text, by all protocols, of which the first is preferred."""
    makers = [partial(_made, remote, record, field, text, parsed, is_time) for remote in remotes]
    return SearchedLink(record, makers) if len(makers) > 1 else makers[0]()


def _made(remote: RemoteLinks, record: Record, field: Field, text: str, parsed: LinkText, is_time: bool) -> RemoteLink:
    link = remote.from_text(record, field, text, parsed)
    link.is_time = is_time
    return link


class SearchedLink:
    """A link of which it is not known who serves its name. `makers` make it by each protocol, the preferred one first;
    until somebody answers it is that one's."""

    __slots__ = ("_links", "_makers", "_record", "_timer", "_winner", "now")
    is_constant = False
    is_volatile = True

    def __init__(self, record: Record, makers: Sequence[Callable[[], RemoteLink]]) -> None:
        self._record, self._makers = record, makers
        self._links: dict[int, RemoteLink] = {}  # those that look for it, by the place of their maker
        self._winner = -1
        self._timer: Timer | None = None
        self.now = self._make(0)  # the link in force

    # ---- the search ----

    def start(self) -> None:
        """Let each look for it that does not."""
        self._timer = None
        for place in range(len(self._makers)):
            if place != self._winner:
                (self._links.get(place) or self._make(place)).begin()

    def close(self) -> None:
        """The field has another link now."""
        self._after(None)
        for place in list(self._links):
            self._end(place)

    def is_won_by(self, link: RemoteLink) -> bool:
        """Whether this link is the one."""
        return self._links.get(self._winner) is link

    def answered(self, link: RemoteLink) -> None:
        """It has found its far end."""
        place = self._place(link)
        if place in (0, self._winner):
            self._choose(place)
        elif place > 0 and self._timer is None:
            self._after(GRACE, self._choose_late, place)

    def lost(self, link: RemoteLink) -> None:
        """Its far end has gone."""
        place = self._place(link)
        if place == self._winner:
            self._after(LOYAL, self.start)
        elif place >= 0:
            self._after(None)

    def _choose_late(self, place: int) -> None:
        """Nobody else has answered; what it has brought until now is news."""
        self._choose(place)
        self._record.connection(self.now.field)
        self.now.updated()

    def _choose(self, winner: int) -> None:
        self._after(None)
        self._winner, self.now = winner, self._links[winner]
        for place in list(self._links):
            if place != winner:
                self._end(place)

    def _make(self, place: int) -> RemoteLink:
        link = self._links[place] = self._makers[place]()
        link.search = self
        return link

    def _end(self, place: int) -> None:
        self._links.pop(place).end()

    def _place(self, link: RemoteLink) -> int:
        """The place of its maker; -1: it is none of ours any more."""
        return next((place for place, other in self._links.items() if other is link), -1)

    def _after(self, seconds: float | None, work: Callable[..., None] | None = None, *args: object) -> None:
        """Do that next, and nothing else."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._record.host.call_later(seconds, work, *args) if seconds is not None and work else None

    # ---- the link in force ----

    def __str__(self) -> str:
        return str(self.now)

    @property
    def is_time(self) -> bool:
        return self.now.is_time

    def get(self, dbf: str) -> Scalar | Nothing:
        return self.now.get(dbf)

    def get_array(self, dbf: str, limit: int) -> Array | Nothing:
        return self.now.get_array(dbf, limit)

    def get_text(self, size: int) -> str | Nothing:
        return self.now.get_text(size)

    def get_any(self) -> Whole | Nothing:
        return self.now.get_any()

    def load(self, dbf: str) -> None:
        return None

    def load_array(self, dbf: str, limit: int) -> None:
        return None

    def put(self, value: Value, dbf: str) -> bool:
        return self.now.put(value, dbf)

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        return self.now.put_async(value, dbf, done)

    def forward(self) -> None:
        self.now.forward()

    def refresh(self, done: Callable[[], object]) -> bool:
        return self.now.refresh(done)

    def time(self) -> tuple[int, int] | None:
        return self.now.time()

    def connected(self) -> bool:
        return self.now.connected()

    def alarm(self) -> tuple[int, int, str] | None:
        return self.now.alarm()

    def source(self) -> tuple[str, int] | None:
        return self.now.source()

    def units(self) -> str | None:
        return self.now.units()

    def precision(self) -> int | None:
        return self.now.precision()

    def display_limits(self) -> tuple[float, float] | None:
        return self.now.display_limits()

    def control_limits(self) -> tuple[float, float] | None:
        return self.now.control_limits()

    def alarm_limits(self) -> tuple[float, float, float, float] | None:
        return self.now.alarm_limits()

    def state(self) -> LinkState:
        return self.now.state()
