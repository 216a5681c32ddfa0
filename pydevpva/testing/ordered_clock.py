"""OrderedClock: a clock that is moved by hand, and that lets users' Python run in the same order in each run.

The database thread moves it, and releases one piece of code at a time, when it has nothing else to do.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic  # by name: user_time changes those of the module
from typing import Any

from pydevpva.clock import Done, ManualClock, Run, SteppedLoop

BEGIN_NS = 1_800_000_000 * 10**9  # 2027-01-15 08:00:00 UTC: time stamps are the same in each run, too
GRACE = 0.2  # seconds of real time that a user's thread has from one sleep to its next
GLANCE = 0.005  # seconds of real time

Job = tuple[Run, Callable[..., object], tuple[Any, ...], Done]


class ClockStopped(SystemExit):
    """The IOC that a thread slept with has ended."""


class OrderedClock(ManualClock):
    """A ManualClock that begins at BEGIN_NS. `overtake(threads, seed)`: the seed decides what code runs next."""

    def __init__(self) -> None:
        super().__init__()
        self._began = BEGIN_NS
        self._waiting: deque[Job] = deque()
        self._chance: random.Random | None = None
        self._first = 1  # of those that wait, so many may be the next
        self._asleep: dict[threading.Event, threading.Thread | None] = {}  # whose they are; None: the evaluator's
        self._awake: dict[threading.Thread, float] = {}  # users' threads since their last sleep, by real time
        self._sleeping_code = 0  # pieces on the evaluator that sleep: others wait for that thread
        self._closed = False

    def overtake(self, threads: int, seed: int) -> None:
        """Let code overtake other code as with so many evaluator threads; before the IOC starts."""
        self._first, self._chance = threads, random.Random(seed)

    def counted(self, run: Run) -> Run:
        """A way to the evaluator on which one piece waits for the one before."""

        counted = super().counted(run)

        def waiting(function: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
            self._waiting.append((counted, function, args, done))

        return waiting

    def rest(self, loop: SteppedLoop) -> float | None:
        """As ManualClock's, after the code that waits; time waits for users' threads that have slept by this clock."""
        if self._away or loop.backlog():
            return None
        if self._waiting and not self._sleeping_code:
            run, function, args, done = self._take()
            run(function, args, done)
            loop.end_pass()  # the evaluator is woken now: the loop waits next
            return None
        if self._awake and self._still_awake():
            return GLANCE
        return super().rest(loop)

    def _still_awake(self) -> bool:
        now = monotonic()
        self._awake = {t: since for t, since in self._awake.items() if t.is_alive() and now - since < GRACE}
        return bool(self._awake)

    def _take(self) -> Job:
        if self._chance is None:
            return self._waiting.popleft()
        index = self._chance.randrange(min(self._first, len(self._waiting)))
        job = self._waiting[index]
        del self._waiting[index]
        return job

    # ---- time.sleep of users' code ----

    def sleep(self, seconds: float, on_evaluator: bool) -> None:
        """Return when so many seconds have gone by; on the thread of a user's code.

        When the IOC ends a sleep ends too, and with it the thread, if it is the user's own, by ClockStopped.
        """
        thread = None if on_evaluator else threading.current_thread()
        if self._loop is not None and not self._closed:
            woken = threading.Event()
            self._loop.submit(self._fall_asleep, seconds, woken, thread)
            woken.wait()
        if self._closed and thread is not None:
            raise ClockStopped

    def close(self) -> None:
        """Wake all who sleep, for good, and wait a moment for users' threads to end; the test's thread."""
        self._closed = True
        asleep = list(self._asleep.items())
        for woken, _ in asleep:
            woken.set()
        for _, thread in asleep:
            if thread is not None:
                thread.join(GRACE)

    def _fall_asleep(self, seconds: float, woken: threading.Event, thread: threading.Thread | None) -> None:
        assert self._loop is not None
        if self._closed:
            woken.set()
            return
        self._asleep[woken] = thread
        if thread is None:
            self._away -= 1
            self._sleeping_code += 1
        else:
            self._awake.pop(thread, None)
        self._loop.after(max(0.0, seconds), self._wake, woken, thread)

    def _wake(self, woken: threading.Event, thread: threading.Thread | None) -> None:
        self._asleep.pop(woken, None)
        if thread is None:
            self._away += 1
            self._sleeping_code -= 1
        else:
            self._awake[thread] = monotonic()
        woken.set()
