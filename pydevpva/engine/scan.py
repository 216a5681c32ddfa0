"""Scan lists: which records process when (EPICS: dbScan.c). Database thread."""

from __future__ import annotations

import logging
import re
import time
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydevpva.db.numbers import parse_double
from pydevpva.engine.processing import process
from pydevpva.errors import NotFound
from pydevpva.loop import Loop
from pydevpva.records.core.record import Record
from pydevpva.stats.statistics import OWN_EVENT
from pydevpva.timers import Timer

log = logging.getLogger(__name__)

T = TypeVar("T")
PASSIVE, EVENT, IO_INTR = 0, 1, 2
PRIORITIES = (2, 1, 0)  # of PRIO, high first
SLICE = 100  # records of one pass processed before other work gets its turn
LEAST = 10  # the same, when a client waits
REPORT_SECONDS = 60.0
REPORT_PASSES = 10  # fewer are a hiccup of the machine
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


def period_of(choice: str) -> float | None:
    """Seconds between scans for a menuScan choice such as ".1 second" or "5 Hz"; None: not periodic."""
    match = re.match(r"\s*([\d.]+)\s*(second|minute|hour|hertz|hz)s?\s*$", choice, re.IGNORECASE)
    if match is None or float(match[1]) == 0:
        return None
    number, unit = float(match[1]), match[2].lower()
    return 1 / number if unit in ("hertz", "hz") else number * _UNITS[unit]


class ScanList:
    """Records in PHAS order; those of equal PHAS in the order they came."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Record]] = []
        self._count = 0
        self.records: list[Record] = []  # a fresh list after each change, so that a pass under way keeps its own

    def add(self, record: Record) -> None:
        self._count += 1
        insort(self._entries, (record.PHAS, self._count, record))
        self._take_over()

    def remove(self, record: Record) -> None:
        self._entries = [entry for entry in self._entries if entry[2] is not record]
        self._take_over()

    def extend(self, records: Sequence[Record]) -> None:
        """Add many at once (iocInit)."""
        for record in records:
            self._count += 1
            self._entries.append((record.PHAS, self._count, record))
        self._entries.sort(key=lambda entry: entry[:2])
        self._take_over()

    def _take_over(self) -> None:
        self.records = [entry[2] for entry in self._entries]
        self.changed()

    def changed(self) -> None:
        """There are other records."""


class _Track:
    """Some records of a period, taken in whole passes, in slices so that puts and gets are served in between.

    A pass that is asked for while one is under way is skipped, and the next begins as soon as that one is through.
    """

    def __init__(self, loop: Loop, give_way: Callable[[bool], object], work_time: Callable[[], float]) -> None:
        self._loop, self._give_way, self._work_time = loop, give_way, work_time
        self.records: list[Record] = []
        self._pass: Iterator[Record] | None = None
        self._behind = False
        self._worked = self._pass_cost = 0.0  # seconds of this thread's time, in the present and in the last pass

    def begin(self) -> bool:
        """A pass is due; False when it is skipped."""
        if self._pass is not None:
            self._behind = True
            return False
        if self.records:
            self._pass = iter(self.records)
            self._slice()
        return True

    def no_more(self) -> None:
        """The pass under way is the last for now."""
        self._behind = False

    @property
    def cost(self) -> float:
        """Seconds that a pass takes of this thread's time."""
        return max(self._pass_cost, self._worked)

    def _slice(self) -> None:
        if self._pass is None:
            return
        self._give_way(True)
        try:
            self._some(self._pass)
        finally:  # a bug in one record ends neither the pass nor the rhythm
            self._give_way(False)
            self._loop.end_pass()
            self._loop.submit(self._slice)

    def _some(self, records: Iterator[Record]) -> None:
        began, ahead = self._work_time(), self._loop.ahead
        try:
            for count in range(SLICE):
                record = next(records, None)
                if record is None:
                    self._end_pass()
                    return
                process(record)
                if ahead and count >= LEAST:
                    return
        finally:
            self._worked += self._work_time() - began

    def _end_pass(self) -> None:
        self._pass = iter(self.records) if self._behind else None
        self._behind = False
        self._pass_cost, self._worked = self._worked, 0.0


class Periodic(ScanList):
    """One period's list: passes at fixed times; those that are skipped are counted in `overruns`.

    Records that run Python are a track of their own, beside all others: however late they are, those are not. Each
    track has the order of PHAS; see docs/decisions/0031.
    """

    def __init__(
        self,
        loop: Loop,
        period: float,
        name: str,
        give_way: Callable[[bool], object],
        work_time: Callable[[], float] = time.thread_time,
    ) -> None:
        super().__init__()
        self._loop, self.period, self.name = loop, period, name
        self._others, self._python = self._tracks = [_Track(loop, give_way, work_time) for _ in range(2)]
        self._due = 0.0
        self._reported = -REPORT_SECONDS
        self.overruns = self._told = 0
        self._next: Timer | None = None

    def changed(self) -> None:
        self._others.records = [record for record in self.records if not record.runs_python]
        self._python.records = [record for record in self.records if record.runs_python]

    def start(self) -> None:
        """First pass one period from now."""
        self._due = self._loop.clock() + self.period
        self._next = self._loop.at(self._due, self._begin)

    def stop(self) -> None:
        """No further passes; the one under way ends."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        for track in self._tracks:
            track.no_more()

    def _begin(self) -> None:
        try:
            begun = [track.begin() for track in self._tracks]
            if not all(begun):
                self._skipped(1)
        finally:
            self._set_next()

    def _set_next(self) -> None:
        late = int((self._loop.clock() - self._due) / self.period)
        if late > 0:  # the thread was kept busy: those passes are gone, the rhythm stays
            self._due += late * self.period
            self._skipped(late)
        self._due += self.period
        self._next = self._loop.at(self._due, self._begin)

    def _skipped(self, passes: int) -> None:
        if not self.records:
            return
        self.overruns += passes
        now = self._loop.clock()
        if self.overruns - self._told >= REPORT_PASSES and now - self._reported >= REPORT_SECONDS:
            self._reported, self._told = now, self.overruns
            log.warning('scan "%s" %s', self.name, self._why_skipped())

    def _why_skipped(self) -> str:
        cost, count = sum(track.cost for track in self._tracks), len(self.records)
        if cost > self.period / 2:
            return f"cannot keep up: {count} records, {self.overruns} passes skipped so far"
        number = "1 record" if count == 1 else f"{count} records"
        late = f"is late, {self.overruns} passes skipped so far, though its {number} take {cost * 1e3:.2g} ms"
        return f"{late}: the machine is busy with something else"


class Scanner:
    """All scan lists of the IOC. SCAN's menu decides the periods, so a site's own menuScan works."""

    def __init__(self, loop: Loop, choices: Sequence[str], give_way: Callable[[bool], object]) -> None:
        self._loop = loop
        self.choices = choices
        self.periodic: dict[int, Periodic] = {}
        for index, choice in enumerate(choices):
            if (period := period_of(choice)) is not None:
                self.periodic[index] = Periodic(loop, period, choice, give_way)
        self.events: dict[tuple[str, int], ScanList] = {}
        self.interrupts: dict[tuple[str, int], ScanList] = {}
        self.running = False
        self.paused = False
        self.on_new_interrupt: Callable[[str], None] = _nobody  # told once of each I/O Intr event waited for

    def start(self) -> None:
        self.running, self.paused = True, False
        for scan_list in self.periodic.values():
            scan_list.start()

    def stop(self) -> None:
        self.running, self.paused = False, True
        for scan_list in self.periodic.values():
            scan_list.stop()

    def add(self, record: Record) -> None:
        """Put a record on the list its SCAN names; one that cannot be is made Passive and said."""
        if (target := self._list(record)) is not None:
            target.add(record)

    def add_all(self, records: Sequence[Record]) -> None:
        """Like add for each, quick for many (iocInit)."""
        groups: dict[int, tuple[ScanList, list[Record]]] = {}
        for record in records:
            if record.SCAN and (target := self._list(record)) is not None:
                groups.setdefault(id(target), (target, []))[1].append(record)
        for target, members in groups.values():
            target.extend(members)

    def delete(self, record: Record) -> None:
        """Take a record off its list; no harm when it is on none."""
        if record.SCAN in self.periodic:
            self.periodic[record.SCAN].remove(record)
        elif record.SCAN in (EVENT, IO_INTR):
            lists = self.events if record.SCAN == EVENT else self.interrupts
            for key, scan_list in list(lists.items()):
                scan_list.remove(record)
                if not scan_list.records and lists is self.events:
                    del lists[key]  # EVNT may be put again and again

    def _list(self, record: Record) -> ScanList | None:
        scan = record.SCAN
        if scan == PASSIVE:
            return None
        if scan in self.periodic:
            return self.periodic[scan]
        if scan == EVENT:
            name = event_name(record.EVNT)
            return self.events.setdefault((name, record.PRIO), ScanList()) if name else None
        device = record.device
        if scan == IO_INTR and record.own_interrupts:
            return None
        if scan == IO_INTR and device is not None and (name := device.event(record) or ""):
            known = name.startswith(OWN_EVENT) or any((name, priority) in self.interrupts for priority in PRIORITIES)
            if not known:
                self.on_new_interrupt(name)
            return self.interrupts.setdefault((name, record.PRIO), ScanList())
        if scan >= len(self.choices):  # a database may say so, and EPICS keeps it as well
            log.error("%s.SCAN = %d is none of the %d choices: it is not scanned", record.NAME, scan, len(self.choices))
            return None
        reason = "no such period"
        if scan == IO_INTR:
            reason = device.no_event(record) if device is not None else "its device support has no interrupts"
        log.error('%s.SCAN "%s": %s; the record is Passive now', record.NAME, self.choices[scan], reason)
        record.SCAN = PASSIVE
        return None

    def overruns(self, scan: str | None = None) -> int:
        """Passes skipped since iocInit, in all or of one period (".1 second"); from any thread. Raises NotFound."""
        if scan is None:
            return sum(scan_list.overruns for scan_list in self.periodic.values())
        for scan_list in self.periodic.values():
            if scan_list.name == scan:
                return scan_list.overruns
        choices = ", ".join(f'"{scan_list.name}"' for scan_list in self.periodic.values())
        raise NotFound(f'pydev.overruns: no period is called "{scan}"; choices: {choices}')

    def post_event(self, name: str) -> None:
        """Process the records that wait for an event (postEvent), high PRIO first."""
        if self.running and (name := event_name(name)):
            waiting = (self.events.get((name, priority)) for priority in PRIORITIES)
            records = [record for scan_list in waiting if scan_list is not None for record in scan_list.records]
            if records:
                self._loop.submit(self._loop.trickle, in_slices(process, records))

    def post_interrupt(self, name: str) -> None:
        """Process the records that wait for an I/O Intr event of the IOC's own, once scans run."""
        if self.running and (records := self.interrupt(name)):
            self._loop.submit(self._loop.trickle, in_slices(process, records))

    def interrupt(self, name: str) -> list[Record]:
        """The records that wait for an I/O Intr event, high PRIO first, each in PHAS order; none while paused."""
        if self.paused:
            return []
        return [r for p in PRIORITIES if (waiting := self.interrupts.get((name, p))) for r in waiting.records]


def _nobody(name: str) -> None:
    pass


def in_slices(work: Callable[[T], object], items: Sequence[T], size: int = SLICE) -> Iterator[None]:
    """Do work(item) for each, `size` of them at a step, see Loop.trickle."""
    for first in range(0, len(items), size):
        for item in items[first : first + size]:
            work(item)
        yield


def event_name(text: str) -> str:
    """EVNT as EPICS tells events apart: blanks around go; a number below 256 names its whole part, and 0 is none."""
    text = text.strip(" \t\n\v\f\r")
    try:
        number = parse_double(text)
    except ValueError:
        return text
    if not 0 <= number < 256:
        return text
    return str(int(number)) if number >= 1 else ""
