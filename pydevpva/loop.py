"""Loop: one named thread with a queue and timers. The database thread is one."""

from __future__ import annotations

import functools
import logging
import math
import os
import queue
import socket
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sized
from functools import partial
from typing import Any, TypeVar, cast

from pydevpva.errors import Stopped, WrongThread
from pydevpva.forks import in_child
from pydevpva.pieces import Pieces, bare
from pydevpva.queues import take
from pydevpva.sockets import Ready, Sockets
from pydevpva.threads import DeepThread
from pydevpva.timers import Timer, Timers, Work

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., Any])
Task = Callable[[], object]  # work with its arguments, if it has any
log = logging.getLogger(__name__)

CHECKED = os.environ.get("PYDEVPVA_CHECK_THREADS", "") not in ("", "0")  # see door
WORK_PER_PASS = 50  # then timers are looked at and what waits for the pass's end is done: a flood starves neither
DAY = 86400.0  # seconds: the longest that is slept at once; a record may ask for a timer in 1e308
NEXT_PER_PIECE = 10  # of what goes ahead of all: clients that come and go by the thousand hold nobody up
AT_ONCE = 20  # sockets that are read before all else has its turn
LOOK = 0.001  # seconds between two looks at sockets while there is other work


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


class Loop:
    """Runs submitted work in FIFO order, and timers, on a thread of its own.

    `submit`, `add`, `submit_next`, `call`, `stop` and `backlog` may be used from every thread; all else belongs to the
    loop's thread.
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
        self._timers = Timers()
        self._thread: threading.Thread | None = None
        self._ident: int | None = None
        # Not Thread.is_alive(): up to Python 3.12 it takes a thread for ended, for good, when Ctrl-C of an attached
        # console comes while it looks.
        self._runs = False
        self._closing = False
        self._sockets: Sockets | None = None
        self._dozes = False  # waits for sockets, and not for the queue
        self._look_due = 0.0  # at sockets, on time.monotonic's clock, while there is other work
        self.backlog: Callable[[], int] = self._queue.qsize  # pieces of work queued and not begun; from any thread
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

    def add(self, work: Task) -> None:
        """As submit, of work without arguments."""
        self._queue.put(work)
        if self._dozes:  # looked at last: the thread looks into the queue once more when it has said that it dozes
            self._sockets.ring()  # type: ignore[union-attr]

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
            result, error = take(answers, timeout)
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
        return self._timers.add(due, work, args)

    @door(lambda loop: loop)
    def _checked_at_end(self, work: Task) -> None:
        self._at_end.append(work)

    @door(lambda loop: loop)
    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Call ready(events) when the socket is ready for one of these; for none of them not at all.

        On the loop's thread, which waits for its sockets while it has no work, and looks at them when it has: who asks
        by a socket wakes no other thread first.
        """
        if self._sockets is None:
            self._sockets = Sockets()
            in_child(self._sockets.close)
        self._sockets.watch(sock, events, ready)

    def end_pass(self) -> None:
        """Do now what waits for the end of the pass, and look at the timers next; on the loop's thread only."""
        self._ended = True
        while self._at_end:
            work = self._at_end.popleft()
            try:
                work()
            except BaseException:
                log.exception("internal error on the %s thread in %r", self.name, bare(work))

    def whereabouts(self) -> str:
        """What the thread is doing: the functions that it is in, the last first; from any thread."""
        frame = sys._current_frames().get(self._ident or 0)
        names = [f"{entry.name} ({entry.filename}:{entry.lineno})" for entry in traceback.extract_stack(frame)]
        return " in ".join(reversed(names)) if frame is not None else "its end"

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
            if self._sockets is not None:
                self._sockets.close()

    def _run_queued(self, block: bool) -> bool:
        """Run up to WORK_PER_PASS pieces, or till one ends the pass; block: wait for the first, till a timer is due."""
        get, first, clock, pieces = self._queue.get, self._next, self.clock, self.pieces
        self._ended = False
        try:
            work = self._wait() if block else get(False)
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

    def _wait(self) -> Task:
        """The next piece of work. queue.Empty: a timer is due, or what came by a socket has been done."""
        sockets = self._sockets
        if sockets is None or not sockets.watched:
            return take(self._queue, self._patience())
        if self._queue.empty():
            patience = self._patience()
            self._dozes = True
            self._look(sockets, patience if self._queue.empty() else 0.0)
            self._dozes = False
        elif time.monotonic() > self._look_due:
            self._look(sockets, 0.0)
        return self._queue.get(False)

    def _look(self, sockets: Sockets, seconds: float | None) -> None:
        """Do what sockets are ready for: for a few of them now, for the others when it is their turn."""
        found = sockets.wait(seconds)
        self._look_due = time.monotonic() + LOOK
        for work in found[:AT_ONCE]:
            began = self.clock()
            try:
                work()
            except BaseException:
                log.exception("internal error on the %s thread in %r", self.name, bare(work))
            if (took := self.clock() - began) > self.pieces.record:
                self.pieces.took(took, work)
        if len(found) > AT_ONCE:
            for work in found[AT_ONCE:]:
                self._queue.put(work)
            self._look_due = math.inf  # they are ready still, and would be found again
            self._queue.put(self._look_again)

    def _look_again(self) -> None:
        self._look_due = 0.0

    def _run_next(self) -> None:
        """What goes ahead. Each such piece has queued a _wake as well: none is forgotten."""
        for _ in range(min(NEXT_PER_PIECE, len(self._next))):
            work = self._next.popleft()
            try:
                work()
            except BaseException:
                log.exception("internal error on the %s thread in %r", self.name, bare(work))

    def _patience(self) -> float | None:
        due = self._timers.due
        return None if due == math.inf else min(max(0.0, due - self.clock()), DAY)

    def _run_due_timers(self) -> bool:
        """Those that are due now; what they set for now is for the next pass."""
        timers, ran = self._timers, False
        if (now := self.clock()) < timers.due:
            return False
        while (timer := timers.take(now)) is not None:
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
