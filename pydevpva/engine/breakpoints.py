"""Breakpoints on records (dbBkpt.c): processing of a lock set stops before a record and goes on when told to.

Database thread. A lock set that is debugged processes on a thread of its own, which has the records only while the
database thread waits for it: when it stops at a record, the database thread goes on with everything else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from pydevpva.engine.database import Database
from pydevpva.engine.processing import Watch, process
from pydevpva.records.core.record import Record
from pydevpva.threads import DeepThread

MOST_ENTRIES = 99999


@dataclass(slots=True)
class Entry:
    """A record from which processing entered the lock set: how often, since when, and whether it is to run."""

    record: Record
    since: float
    count: int = 1
    scheduled: bool = False


@dataclass
class Stopped:
    """One lock set with breakpoints."""

    number: int
    members: frozenset[Record]
    points: list[Record] = field(default_factory=list)
    entries: dict[Record, Entry] = field(default_factory=dict)
    at: Record | None = None  # where it is stopped
    current: Record | None = None  # the entry that is being processed
    step: bool = False
    ended: bool = False
    thread: threading.Thread | None = None
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    back: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Breakpoints:
    """All breakpoints of one IOC. `say` prints to who sets them, `show` prints a record (dbap)."""

    def __init__(self, database: Database, say: Callable[[str], None], show: Callable[[Record], None]) -> None:
        self._database, self.say, self.show = database, say, show
        self.sets: list[Stopped] = []
        self.printed: set[Record] = set()  # dbap
        self.last = 0  # number of the set that was continued last

    def set_of(self, record: Record) -> Stopped | None:
        """The debugged lock set that a record belongs to."""
        return next((s for s in self.sets if record in s.members), None)

    def stopped(self) -> Stopped | None:
        """The set that stopped last and still is."""
        return next((s for s in self.sets if s.at is not None), None)

    def add(self, record: Record, number: int, members: Collection[Record]) -> bool:
        """Set a breakpoint in a record of this lock set; False when there is one already."""
        found = self.set_of(record)
        if found is None:
            found = Stopped(number, frozenset(members))
            self.sets.append(found)
        if record in found.points:
            return False
        found.points.append(record)
        services = self._database.services
        services.watch = services.watch or Watch()
        services.watch.hold, services.watch.processed = self._hold, self._processed
        return True

    def remove(self, record: Record) -> bool:
        """Take a breakpoint away; False when there is none. A set without any goes on and is no longer debugged."""
        found = self.set_of(record)
        if found is None or record not in found.points:
            return False
        found.points.remove(record)
        if not found.points and found.at is None:
            self._run(found)
        return True

    def resume(self, stopped: Stopped, step: bool) -> None:
        """Go on from where a set is stopped: to the next record, or to the next breakpoint."""
        if not step:
            stopped.step = False
        self.last = stopped.number
        stopped.at = None
        self._switch(stopped)

    # ---- called when a record is about to be, or has been, processed ----

    def _hold(self, record: Record) -> bool:
        """Whether the record must not be processed now."""
        found = self.set_of(record)
        if found is None or record.DISA == record.DISV:
            return False
        if threading.current_thread() is not found.thread:
            self._enter(found, record)
            return True
        if record.PACT:
            return True
        if record in found.points:
            found.step = True
        if found.step:
            self._stop(found, record)
        return False

    def _enter(self, found: Stopped, record: Record) -> None:
        entry = found.entries.get(record)
        if entry is None:
            entry = found.entries[record] = Entry(record, time.time())
        elif entry.count < MOST_ENTRIES:
            entry.count += 1
        if not record.PACT:
            entry.scheduled = True
            self._database.loop.submit(self._run, found)

    def _processed(self, record: Record) -> None:
        if record in self.printed and self.set_of(record) is not None:
            self.show(record)

    # ---- the thread of a set ----

    def _run(self, found: Stopped) -> None:
        """Let the set process what is scheduled, unless it is stopped or has ended."""
        if found.at is not None or found.ended:
            return
        if found.thread is None:
            found.thread = DeepThread(target=self._body, args=(found,), name="bkptCont", daemon=True)
            found.thread.start()
        self._switch(found)

    def _switch(self, found: Stopped) -> None:
        found.go.release()
        found.back.acquire()
        if found.ended and found in self.sets:
            self.sets.remove(found)
            if not self.sets:
                self._database.services.watch = None
            self.say(f"\n   BKPT> End debug of lockset {found.number}")

    def _body(self, found: Stopped) -> None:
        found.go.acquire()
        while True:
            for entry in list(found.entries.values()):
                if entry.scheduled:
                    found.current = entry.record
                    process(entry.record)
                    entry.scheduled = found.step = False
            if not found.points:
                found.ended = True
                found.back.release()
                return
            found.back.release()
            found.go.acquire()

    def _stop(self, found: Stopped, record: Record) -> None:
        entry = found.current.NAME if found.current is not None else record.NAME
        self.say(f"\n   BKPT> Stopped at:  {record.NAME}  within Entrypoint:  {entry}")
        found.at = record
        self.sets.remove(found)
        self.sets.insert(0, found)
        found.back.release()
        found.go.acquire()
