"""Periodic: the records of one period, processed in passes (EPICS: dbScan.c). Database thread."""

from __future__ import annotations

import logging
import re
import time
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from math import floor

from pydevpva.engine.processing import process
from pydevpva.loop import Loop
from pydevpva.records.core.record import Record
from pydevpva.timers import Timer

log = logging.getLogger(__name__)

SLICE = 100  # records of one pass processed before other work gets its turn
LEAST = 10  # the same, when a client waits
ROUNDING = 1e-6  # of a period: times that are sums
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
    A list without records has no timer; the first that comes is processed when that timer would have gone off.

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
        self._due = 0.0  # of the next pass, or of the last one before there were no records
        self._on = False
        self._reported = -REPORT_SECONDS
        self.overruns = self._told = 0
        self._next: Timer | None = None

    def changed(self) -> None:
        self._others.records = [record for record in self.records if not record.runs_python]
        self._python.records = [record for record in self.records if record.runs_python]
        if self._on and self._next is None:
            passed = floor((self._loop.clock() - self._due) / self.period + ROUNDING) + 1
            self._due += max(0, passed) * self.period
            self._wait()

    def start(self) -> None:
        """First pass one period from now."""
        self._on, self._due = True, self._loop.clock() + self.period
        self._wait()

    def stop(self) -> None:
        """No further passes; the one under way ends."""
        self._on = False
        if self._next is not None:
            self._next.cancel()
            self._next = None
        for track in self._tracks:
            track.no_more()

    def _wait(self) -> None:
        self._next = self._loop.at(self._due, self._begin) if self._on and self.records else None

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
        if self.records:
            self._due += self.period
        self._wait()

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
        number = f"{count} record{'s' * (count != 1)}"
        late = f"is late, {self.overruns} passes skipped so far, though its {number} take {cost * 1e3:.2g} ms"
        return f"{late}: the machine is busy with something else"
