"""ManualClock: the time of one IOC, which stands still until it is moved; for tests. The database thread moves it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from pydevpva.loop import Loop
from pydevpva.timers import Timer, Work

Done = Callable[[object, BaseException | None], object]
Run = Callable[[Callable[..., object], tuple[Any, ...], Done], None]  # of the evaluator
PATIENCE = 60.0  # seconds of real time
DIGITS = 6  # of its seconds: 100 times 0.1 s are 10 s


class ManualClock:
    """``clock = ManualClock(); ioc = Ioc(clock=clock); ...; clock.advance(10)``: 10 seconds of scans, in no time.

    Scans, delays and all other timers of that IOC go by it, and so do its time stamps, which begin at the time of day
    at which it is made. Whatever is not a timer happens at once, as ever: puts, user Python, clients.
    """

    def __init__(self) -> None:
        self._began = time.time_ns()
        self._now = self._goal = 0.0  # seconds
        self._arrivals: list[threading.Event] = []  # of those who wait until the goal is reached
        self._away = 0  # pieces of user code that were sent to the evaluator and are not back
        self._loop: SteppedLoop | None = None

    def __call__(self) -> float:
        """Seconds since it was made."""
        return self._now

    def time_ns(self) -> int:
        """The time of day, ns since the POSIX epoch."""
        return self._began + round(self._now * 1e9)

    def advance(self, seconds: float, timeout: float = PATIENCE) -> None:
        """Move on, from any thread but the database thread.

        What falls due is done in its order and at its time, with all that it sets off, user Python too, before time
        goes on; so it is 0 seconds that a put or a scan takes. Returns when the last of it is done. Raises TimeoutError
        after `timeout` seconds of real time.
        """
        if self._loop is None:
            raise RuntimeError("this clock belongs to no IOC yet: Ioc(clock=...)")
        arrived = threading.Event()
        try:
            self._loop.call(self._set_goal, seconds, arrived, timeout=timeout)
            there = arrived.wait(timeout)
        except TimeoutError:
            there = False
        if not there:
            raise TimeoutError(f"{self._now} of {self._goal} s after {timeout} s: {self._what_is_left()}")

    def _what_is_left(self) -> str:
        """What time waits for, for who waits in vain."""
        loop = self._loop
        assert loop is not None
        if self._away:
            return f"{self._away} {'piece' if self._away == 1 else 'pieces'} of users' code did not end"
        return f"{loop.backlog()} pieces of work wait for the database thread, which is at {loop.whereabouts()}"

    # ---- for the IOC ----

    def loop(self, name: str) -> Loop:
        """The loop that goes by this clock."""
        if self._loop is not None:
            raise RuntimeError("this clock belongs to another IOC: each has one of its own")
        self._loop = SteppedLoop(name, self)
        return self._loop

    def counted(self, run: Run) -> Run:
        """A way to the evaluator that tells the clock of user code that is under way."""

        def counting(function: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
            self._away += 1
            run(function, args, lambda result, error: self._over(done, result, error))

        return counting

    def _over(self, done: Done, result: object, error: BaseException | None) -> None:
        """On the evaluator thread: what `done` submits is taken in first."""
        assert self._loop is not None
        try:
            done(result, error)
        finally:
            self._loop.submit(self._came_home)

    # ---- database thread ----

    def _came_home(self) -> None:
        self._away -= 1

    def _set_goal(self, seconds: float, arrived: threading.Event) -> None:
        self._goal = round(self._goal + max(0.0, seconds), DIGITS)
        self._arrivals.append(arrived)

    def rest(self, loop: SteppedLoop) -> float | None:
        """How long the loop may wait for work: 0.0 when time has gone on to its next timer, else for ever."""
        if self._away or loop.backlog():
            return None
        due = loop.next_due()
        if due <= self._goal:
            self._now = max(self._now, due)
            return 0.0
        self._now = self._goal
        while self._arrivals:
            self._arrivals.pop().set()
        return None


class SteppedLoop(Loop):
    """A loop that, before it waits, asks its clock to go on."""

    def __init__(self, name: str, manual: ManualClock) -> None:
        super().__init__(name, manual, manual.time_ns)
        self._manual = manual

    def at(self, due: float, work: Work, *args: object) -> Timer:
        """As Loop.at; many periods add up to what a reader expects."""
        return super().at(round(due, DIGITS), work, *args)

    def next_due(self) -> float:
        """When the next timer is due; inf: there is none."""
        return self._timers.due

    def _patience(self) -> float | None:
        return self._manual.rest(self)
