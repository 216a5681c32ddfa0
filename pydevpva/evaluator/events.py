"""pydev.iointr: named events from user code to records.

`publish` runs on any thread, subscribers are called on the database thread.
"""

from __future__ import annotations

import logging
import os
import threading
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pydevpva.errors import did_you_mean
from pydevpva.plain.results import plain
from pydevpva.plain.values import SIMPLE, Made, Refused
from pydevpva.plain.words import printable, shown

Subscriber = Callable[[object], Iterator[object] | None]  # what it gives is left to do, step by step
log = logging.getLogger(__name__)

BACKLOG = 10_000  # pending deliveries of one event; beyond, values coalesce to the newest
_OVER = object()
MOST_BYTES = 256 * 2**20  # of arrays among them: a camera does not fill the memory while its record is busy


@dataclass(frozen=True, slots=True)
class EventReport:
    """One event as pydevShow prints it."""

    name: str
    subscribers: int
    published: int
    pending: int
    coalesced: int
    last: str


class _Event:
    """`last` is the user's object, for users; `made` is the same made plain, for all others."""

    __slots__ = (
        "asked",
        "busy",
        "coalesced",
        "deliver",
        "last",
        "lock",
        "made",
        "owed",
        "pending",
        "published",
        "subscribers",
    )

    def __init__(self, deliver: Callable[[_Event], None]) -> None:
        self.deliver = partial(deliver, self)  # one value to all
        self.last: object = None
        self.made: object = None
        # Among publishers: the last value is the one delivered last. No code of a user runs while it is held, but for
        # what the garbage collector may run at any time; that may publish, so it is reentrant.
        self.lock = threading.RLock()
        self.pending: deque[object] = deque()
        self.subscribers: tuple[tuple[int, Subscriber], ...] = ()  # replaced, never changed: read without a lock
        self.published = self.coalesced = 0
        self.asked = False  # user code has read `last`
        self.busy, self.owed = False, 0  # a delivery goes on step by step, and so many wait for its end


class Adds(Protocol):
    """A thread that is given work."""

    @property
    def add(self) -> Callable[[Callable[[], object]], object]:
        """Run work() there, behind what was added before."""


class Events:
    """The registry of events.

    `database` is the database thread, given here or assigned later; None as long as there is none: published values
    are then only remembered.
    """

    def __init__(self, database: Adds | None = None, backlog: int = BACKLOG) -> None:
        self.database = database
        self.backlog = backlog
        self._events: dict[str, _Event] = {}
        self._in_child = False

    def publish(self, name: str, value: object) -> bool:
        """Deliver `value`, made plain, to all subscribers of `name`, each in the order published. From any thread."""
        event = (self._events.get(name) if type(name) is str else None) or self._event(name)
        if type(value) in SIMPLE:
            made = value
        else:
            made = plain(value)
            value = _own(value, made)
        with event.lock:
            value, event.last = event.last, value  # the former is dropped by our caller, without the lock
            event.made = made
            event.published += 1
            database = self.database
            if not event.subscribers or database is None:
                if self._in_child:
                    self._tell_unheard(name)
                return True
            if event.pending and len(event.pending) >= self._most(made):
                try:
                    event.pending[-1] = made
                    event.coalesced += 1
                    return True
                except IndexError:  # the database thread took all of them meanwhile
                    pass
            event.pending.append(made)
            database.add(event.deliver)
        return True

    def last(self, name: str) -> object:
        """The value last published, or None."""
        event = self._events.get(_checked(name))
        if event is None:
            return None
        event.asked = True
        return event.last

    def is_published(self, name: str) -> bool:
        """Whether anything has been, None too."""
        event = self._events.get(name)
        return event is not None and event.published > 0

    def subscribe(self, name: str, callback: Subscriber, order: int = 0) -> None:
        """Have callback(value) called on the database thread; those with smaller `order` (PHAS) first."""
        event = self._event(name)
        with event.lock:
            event.subscribers = tuple(sorted([*event.subscribers, (order, callback)], key=lambda entry: entry[0]))

    def end(self) -> None:
        """The records are no more; what is published is only remembered."""
        self.database = None
        for event in list(self._events.values()):
            with event.lock:
                event.subscribers = ()

    def report(self) -> list[EventReport]:
        """All events by name."""
        return [
            EventReport(printable(n), len(e.subscribers), e.published, len(e.pending), e.coalesced, _in_words(e.made))
            for n, e in sorted(self._events.items())
        ]

    def coalesced(self) -> int:
        """Values that gave way to newer ones, of all events."""
        return sum(event.coalesced for event in list(self._events.values()))

    def waited_in_vain(self) -> list[str]:
        """The events that somebody waits for and nobody has published."""
        return [name for name, e in sorted(self._events.items()) if e.subscribers and not e.published]

    def misspelled(self, name: str) -> str:
        """ "; did you mean ...?" when an event of a similar name is published for nobody."""
        unread = [n for n, e in list(self._events.items()) if e.published and not e.subscribers and not e.asked]
        return did_you_mean(name, sorted(unread))

    def forked(self) -> None:
        """In a forked child: its events have no records, and locks that other threads held here are never released."""
        self.database, self._events, self._in_child = None, {}, True

    def _tell_unheard(self, name: str) -> None:
        self._in_child = False
        log.warning(
            "pydev.iointr(%r) in process %d, a child of the IOC: no record hears it; return values "
            "to the parent, which publishes them",
            name,
            os.getpid(),
        )

    def _event(self, name: str) -> _Event:
        name = _checked(name)
        return self._events.get(name) or self._events.setdefault(name, _Event(partial(self._deliver, name)))

    def _most(self, made: object) -> int:
        """How many values like this one may be pending."""
        size = getattr(made.value, "nbytes", 0) if type(made) is Made else 0
        return max(1, min(self.backlog, MOST_BYTES // size)) if size else self.backlog

    def _deliver(self, name: str, event: _Event) -> None:
        """One value to all; on the database thread."""
        if event.busy:
            event.owed += 1
            return
        value = event.pending.popleft()
        for _, callback in event.subscribers:
            try:
                if (steps := callback(value)) is not None:
                    event.busy = True
                    self._go_on(name, event, steps)
            except Exception:
                log.exception("internal error in a record's handling of pydev.iointr(%r)", name)

    def _go_on(self, name: str, event: _Event, steps: Iterator[object]) -> None:
        """The next step of a delivery to very many records; other work has its turn in between."""
        database = self.database
        if database is None:  # the IOC is stopping
            return
        if next(steps, _OVER) is not _OVER:
            database.add(partial(self._go_on, name, event, steps))
            return
        event.busy = False
        if event.owed:
            event.owed -= 1
            database.add(event.deliver)


def _checked(name: str) -> str:
    if type(name) is str:
        return name
    if not isinstance(name, str):
        raise TypeError(f"the name of a pydev.iointr event is a string, not {type(name).__name__}")
    return str.__str__(name)


def _own(value: object, made: object) -> object:
    """What users read back: their object, but a copy of an array or a list, which they may go on writing to."""
    if type(value) in (list, bytearray, array):
        return value[:]  # type: ignore[index]
    return made.value if type(made) is Made and type(made.value) is type(value) else value


def _in_words(made: object) -> str:
    """A plain value as pydevShow prints it."""
    if type(made) is Refused:
        return made.reason
    return shown(made.value if type(made) is Made else made)
