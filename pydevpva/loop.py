"""Loop: one named thread with a queue and timers. The database thread is one."""

from __future__ import annotations

import functools
import heapq
import itertools
import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sized
from functools import partial
from typing import Any, TypeVar, cast

from pydevpva.errors import Stopped, WrongThread
from pydevpva.pieces import Pieces, bare
from pydevpva.threads import DeepThread

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., Any])
Work = Callable[..., object]
Task = Callable[[], object]  # work with its arguments, if it has any
log = logging.getLogger(__name__)

CHECKED = os.environ.get("PYDEVPVA_CHECK_THREADS", "") not in ("", "0")  # see door
WORK_PER_PASS = 50  # then timers are looked at and what waits for the pass's end is done: a flood starves neither
DAY = 86400.0  # seconds: the longest that is slept at once; a record may ask for a timer in 1e308
NEXT_PER_PIECE = 10  # of what goes ahead of all: clients that come and go by the thousand hold nobody up
FEW_TIMERS = 100  # cancelled ones, which may stay until they are due


def door(loop_of: Callable[[Any], Loop]) -> Callable[[Method], Method]:
    """A method that belongs to the thread of loop_of(self).

    Where PYDEVPVA_CHECK_THREADS is set, as in the tests, each call from another thread is a WrongThread; else the
    method is left as it is, and nothing is asked.
    """

    def guard(method: Method) -> Method:
        if not CHECKED:
            return method

        @functools.wraps(method)
        def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
            loop_of(self).check_here()
            return method(self, *args, **kwargs)

        return cast(Method, checked)

    return guard


class Timer:
    """Handle of a call that is still to come; `cancel` may be called from the loop's thread only."""

    __slots__ = ("_loop", "args", "cancelled", "work")

    def __init__(self, loop: Loop, work: Work, args: tuple[object, ...]) -> None:
        self._loop, self.work, self.args, self.cancelled = loop, work, args, False

    def cancel(self) -> None:
        if not self.cancelled:
            self.cancelled = True
            self._loop._drop_cancelled()


class Loop:
    """Runs submitted work in FIFO order, and timers, on a thread of its own.

    `submit`, `add` and `call` may be used from every thread; all else belongs to the loop's thread.
    Work that raises is logged as a bug and does not end the loop. Timers go by `clock`, time stamps by `time_ns`
    (a ManualClock has both). For tests, `run_until_idle` runs the work on the caller's thread instead of `start`.
    """

    def __init__(
        self,
        name: str,
        clock: Callable[[], float] = time.monotonic,
        time_ns: Callable[[], int] = time.time_ns,
        deep: bool = True,
    ) -> None:
        self.name = name
        self.clock, self.time_ns = clock, time_ns
        self._kind = DeepThread if deep else threading.Thread
        self._queue: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._timers: list[tuple[float, int, Timer]] = []
        self._cancelled = 0  # about how many of them are
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._ident: int | None = None
        # Not Thread.is_alive(): up to Python 3.12 it takes a thread for ended, for good, when Ctrl-C of an attached
        # console comes while it looks.
        self._runs = False
        self._closing = False
        # The queues' own methods, because each put of a client passes here several times. From any thread:
        self.add: Callable[[Task], None] = self._queue.put  # as submit, of work without arguments
        self.backlog: Callable[[], int] = self._queue.qsize  # pieces of work queued and not begun
        # On the loop's thread: run work() at the end of the pass, after what was given before it. For what leaves the
        # process: in one go it wakes the thread that sends it once, and not for each piece.
        self._at_end: deque[Task] = deque()
        self.at_end: Callable[[Task], None] = self._checked_at_end if CHECKED else self._at_end.append
        self._ended = False
        self._next: deque[Task] = deque()
        self.ahead: Sized = self._next  # what `submit_next` has queued, to be asked whether there is any
        self.pieces = Pieces(name)

    def start(self) -> None:
        """Start the thread. Raises CannotStart."""
        self._thread = self._kind(target=self._run, name=self.name, daemon=True)
        self._runs = True
        try:
            self._thread.start()
        except BaseException:
            self._runs = False
            raise

    def submit(self, work: Work, *args: object) -> None:
        """Queue work(*args), from any thread. Never blocks."""
        self.add(partial(work, *args) if args else work)

    def submit_next(self, work: Work, *args: object) -> None:
        """Queue work(*args) ahead of all that `submit` has queued, from any thread."""
        self._next.append(partial(work, *args))
        self.add(_wake)

    def call(self, work: Callable[..., T], *args: object, timeout: float | None = None) -> T:
        """Run work(*args) on the loop's thread and return what it returns or raise what it raises.

        Raises TimeoutError after `timeout` seconds (the work may still run), Stopped when the loop has ended.
        """
        if threading.get_ident() == self._ident:
            return work(*args)
        if not self._runs:
            raise Stopped(f"the {self.name} thread is not running")
        # Not a Future: Ctrl-C of an attached console comes at any step, and one that came in its lock would leave that
        # locked, and this thread waiting for it. A SimpleQueue has no step of Python.
        answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self.add(partial(self._settle, answers, work, args))
        try:
            result, error = answers.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        if error is None:
            return cast(T, result)
        try:
            raise error
        finally:
            del error

    def trickle(self, steps: Iterator[object]) -> None:
        """Take the steps one after the other, each in a turn of its own behind what waits then; on the loop's thread.

        For work that grows with the number of records, links or clients: nobody waits for more than a step of it.
        """
        if next(steps, _NO_MORE) is not _NO_MORE:
            self.submit(self.trickle, steps)

    def after(self, seconds: float, work: Work, *args: object) -> Timer:
        """Run work(*args) once, `seconds` from now; on the loop's thread only."""
        return self.at(self.clock() + seconds, work, *args)

    @door(lambda loop: loop)
    def at(self, due: float, work: Work, *args: object) -> Timer:
        """Run work(*args) once when the loop's clock reaches `due`; on the loop's thread only."""
        timer = Timer(self, work, args)
        heapq.heappush(self._timers, (due, next(self._order), timer))
        return timer

    @door(lambda loop: loop)
    def _checked_at_end(self, work: Task) -> None:
        self._at_end.append(work)

    def end_pass(self) -> None:
        """Do now what waits for the end of the pass, and look at the timers next; on the loop's thread only."""
        self._ended = True
        while self._at_end:
            work = self._at_end.popleft()
            try:
                work()
            except BaseException:
                log.exception("internal error on the %s thread in %r", self.name, bare(work))

    def check_here(self) -> None:
        """Raise WrongThread unless the caller is on this loop's thread, or it has none: not yet, or no longer."""
        if self._ident is not None and threading.get_ident() != self._ident:
            raise WrongThread(f"called on thread {threading.current_thread().name!r}, belongs to {self.name!r}")

    def stop(self, timeout: float = 1.0) -> bool:
        """End the thread after the work already queued; False when it is still busy after `timeout` seconds."""
        self.submit(self._close)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def run_until_idle(self) -> None:
        """Do all queued work and all timers that are due, on the caller's thread; for tests."""
        self._ident = threading.get_ident()
        while self._run_due_timers() or self._run_queued(block=False):
            self.end_pass()
        self.end_pass()

    def _settle(self, answers: queue.SimpleQueue[Any], work: Callable[..., Any], args: tuple[object, ...]) -> None:
        """Run work for `call`; its caller finds done what the work left for the pass's end."""
        try:
            result = work(*args)
            self.end_pass()
            answers.put((result, None))
        except BaseException as error:  # the caller of Loop.call gets it, whatever it is
            answers.put((None, error))

    def _close(self) -> None:
        self._closing = True

    def _run(self) -> None:
        self._ident = threading.get_ident()
        try:
            while not self._closing:
                self._run_due_timers()
                self.end_pass()
                self._run_queued(block=True)
                self.end_pass()
        finally:
            self._ident, self._runs = None, False

    def _run_queued(self, block: bool) -> bool:
        """Run up to WORK_PER_PASS pieces, or till one ends the pass; block: wait for the first, till a timer is due."""
        get, first, clock, pieces = self._queue.get, self._next, self.clock, self.pieces
        self._ended = False
        try:
            work = get(block, self._patience()) if block else get(False)
            began = clock()
            if began > pieces.mark_due:
                pieces.mark(began)
            for left in range(WORK_PER_PASS, 0, -1):
                if first:
                    self._run_next()
                try:
                    work()
                except BaseException:  # a user's class may raise anything where its value is looked at
                    log.exception("internal error on the %s thread in %r", self.name, bare(work))
                if (now := clock()) - began > pieces.record:
                    pieces.took(now - began, work)
                began = now
                if self._closing or self._ended or left == 1:
                    break
                work = get(False)
        except queue.Empty:
            return False
        return True

    def _run_next(self) -> None:
        """What goes ahead. Each such piece has queued a _wake as well: none is forgotten."""
        for _ in range(min(NEXT_PER_PIECE, len(self._next))):
            work = self._next.popleft()
            try:
                work()
            except BaseException:
                log.exception("internal error on the %s thread in %r", self.name, bare(work))

    def _patience(self) -> float | None:
        return min(max(0.0, self._timers[0][0] - self.clock()), DAY) if self._timers else None

    def _drop_cancelled(self) -> None:
        """Forget cancelled timers when they are the most: one that is set anew again and again may be due in a day."""
        self._cancelled += 1
        if self._cancelled > FEW_TIMERS and self._cancelled * 2 > len(self._timers):
            self._timers[:] = [entry for entry in self._timers if not entry[2].cancelled]
            heapq.heapify(self._timers)
            self._cancelled = 0

    def _run_due_timers(self) -> bool:
        if not self._timers:
            return False
        now, ran = self.clock(), False
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            if timer.cancelled:
                continue
            ran, began = True, self.clock()
            try:
                timer.work(*timer.args)
            except BaseException:
                log.exception("internal error on the %s thread in timer %r", self.name, timer.work)
            if (seconds := self.clock() - began) > self.pieces.record:
                self.pieces.took(seconds, partial(timer.work, *timer.args))
        return ran


_NO_MORE = object()


def _wake() -> None:
    """What `submit_next` queues so that the thread wakes."""
