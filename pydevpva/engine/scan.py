"""Scan lists: which records process when (EPICS: dbScan.c). Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydevpva.db.numbers import parse_double
from pydevpva.engine.periodic import SLICE, Periodic, ScanList, period_of
from pydevpva.engine.processing import process
from pydevpva.errors import NotFound
from pydevpva.loop import Loop
from pydevpva.records.core.record import Record
from pydevpva.stats.statistics import OWN_EVENT

log = logging.getLogger(__name__)

T = TypeVar("T")
PASSIVE, EVENT, IO_INTR = 0, 1, 2
PRIORITIES = (2, 1, 0)  # of PRIO, high first


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
