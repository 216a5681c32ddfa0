"""What waits to be run, the threads that run it, and what the code of each link has cost."""

from __future__ import annotations

import logging
import queue
import time
import types
from collections import defaultdict, deque
from collections.abc import Callable, Sized
from typing import Any

from pydevpva.evaluator.failures import describe
from pydevpva.forks import leave_child
from pydevpva.threads import DeepThread

Done = Callable[[object, BaseException | None], object]
Job = tuple[Callable[..., object], tuple[Any, ...], Done]
log = logging.getLogger(__name__)

SHARE = 4  # of so many jobs one is of a periodic scan, whatever else waits: clients can slow scans down, not stop them
RUN = 16  # jobs between two looks at how far behind the database thread is
MOST_OUTCOMES = 300  # that wait for it: 1 ms of its work
GLIMPSE = 0.00002  # seconds: the database thread takes the interpreter for what goes ahead of scans
BREATH = 0.0005  # seconds
MOST_PATIENCE = 0.02  # seconds: it may be busy with something else, or have ended


class Jobs:
    """What waits to be run. After a job is appended `come(True)` wakes one thread for it; `come(False)` ends one."""

    def __init__(self) -> None:
        self.soon: deque[Job] = deque()
        self.later: deque[Job] = deque()
        arrivals: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.come, self.wait = arrivals.put, arrivals.get

    def take(self) -> Job | None:
        """The next job; None when all have been taken, by other threads or for good."""
        try:
            return (self.soon or self.later).popleft()
        except IndexError:
            return None


class EvaluatorThread(DeepThread):
    """One evaluator thread; the attributes are written here and read from anywhere."""

    def __init__(self, name: str, jobs: Jobs, outcomes_waiting: Callable[[], int], ahead: Sized) -> None:
        super().__init__(name=name, daemon=True)
        self._ahead = ahead
        self.job: Job | None = None
        self.since = 0.0
        self.count = 0
        self.forked = False  # this is a child that a job has forked
        self.spent: dict[str, Cost] = defaultdict(Cost)
        self._jobs, self._outcomes_waiting = jobs, outcomes_waiting

    def run(self) -> None:
        """Until stop() ends it: what a user's trace or profile function raises between two jobs does not."""
        self.deepen()
        while True:
            try:
                self._work()
                return
            except BaseException as error:
                job, self.job = self.job, None
                log.error("the %s thread was interrupted between users' code: %s", self.name, describe(error))
                if job is not None:
                    finish(job[2], None, error)

    def _work(self) -> None:
        wait, soon, later, clock = self._jobs.wait, self._jobs.soon, self._jobs.later, time.monotonic
        while wait():
            try:
                job = (later if soon and later and self.count % SHARE == SHARE - 1 else soon or later).popleft()
            except IndexError:  # taken back
                continue
            function, args, done = job
            self.since = clock()
            self.job = job
            try:
                result, error = function(*args), None
            except BaseException as raised:  # SystemExit and KeyboardInterrupt too: user code ends no thread of ours
                result, error = None, raised
            if self.forked:
                leave_child(error)
            self.count += 1
            seconds = clock() - self.since
            is_plain = type(function) is types.FunctionType  # nearly always
            cost = self.spent[function.__code__.co_filename if is_plain else label_of(function)]
            cost.count += 1
            cost.seconds += seconds
            if seconds > cost.longest:
                cost.longest = seconds
            self.job = None
            try:
                done(result, error)
            except BaseException:
                log.exception("internal error in %r, told the outcome of user code", done)
            if self._ahead:
                time.sleep(GLIMPSE)
            if not self.count % RUN and self._outcomes_waiting() > MOST_OUTCOMES:
                self._let_catch_up()
            del job, function, args, done, result, error  # an idle thread keeps no user's array alive

    def _let_catch_up(self) -> None:
        """Records take outcomes in more slowly than they come, and clients are served in between."""
        end = time.monotonic() + MOST_PATIENCE
        while self._outcomes_waiting() > MOST_OUTCOMES // 2 and time.monotonic() < end:
            time.sleep(BREATH)


class Cost:
    """What the code of one label has cost one worker."""

    __slots__ = ("count", "longest", "seconds")

    def __init__(self) -> None:
        self.count, self.seconds, self.longest = 0, 0.0, 0.0


def finish(done: Done, result: object, error: BaseException | None) -> None:
    try:
        done(result, error)
    except BaseException:
        log.exception("internal error in %r, told the outcome of user code", done)


def label_of(function: Callable[..., object]) -> str:
    """The label of a link's function, such as "<G:ao.OUT>"; the type's name of any other callable."""
    try:
        code = getattr(function, "__code__", None)
    except BaseException:  # a user's class may have any __getattr__
        code = None
    return code.co_filename if isinstance(code, types.CodeType) else type(function).__name__
