"""Results that come later: all coroutines and futures that are waited for, and the tasks beside the records.

Any thread. What ends is told on the thread on which it ends: coroutines' is "pydev-async", futures have their own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial
from time import monotonic
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from pydevpva.errors import NotFound, PydevpvaError, Stopped, did_you_mean
from pydevpva.evaluator.async_loop import AsyncLoop
from pydevpva.evaluator.waiting import Done, Waiting, is_future
from pydevpva.plain.errors import describe, traceback_text

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

log = logging.getLogger("pydevpva.python")
LOOK = 0.05  # seconds: Ctrl-C at an attached console wakes nobody who waits


@dataclass(frozen=True, slots=True)
class TaskReport:
    """A task beside the records, or a record's code that awaits: for how many seconds."""

    name: str
    seconds: float


class Later:
    """One of each IOC."""

    def __init__(self) -> None:
        self._async = AsyncLoop()
        self._waiting: dict[str, Waiting] = {}  # by record: two runs of one record never overlap
        self._tasks: dict[str, Waiting] = {}  # by name
        self._naming = threading.Lock()
        self._ended = False
        self.record_names: Collection[str] = ()
        # What has not begun; given by the evaluator. PydevpvaError: it has
        self.cancel_plain: Callable[[str, BaseException], bool] = lambda name, reason: False

    @property
    def loop(self) -> AbstractEventLoop:
        """pydev.loop; raises Stopped at the end."""
        return self._async.get()

    def is_here(self) -> bool:
        """Whether the caller is a coroutine, or what one has called."""
        return self._async.is_here()

    def cancel_once(self, task: Task[Any]) -> None:
        """Cancel a task of the loop, on its thread; a second time would end the very `finally` that it is in."""
        self._async.cancel_once(task)

    # ---- records ----

    def wait(self, result: Any, label: str, told: Done) -> Waiting:
        """Wait for what a record's code gave; told(result, error) is called exactly once, at once when it is there.

        `label` is the code's, such as "<X:ai.INP>".
        """
        waiting = Waiting(label, told, partial(self._forget, self._waiting, record_of(label)))
        self._waiting[record_of(label)] = waiting
        try:
            self._begin(result, waiting)
        except BaseException as error:  # a future may be of any class
            waiting.over(None, error)
        else:
            if self._ended:
                waiting.cancel(_stopping())
            waiting.begin_cancel()  # what came while it was sent off
        return waiting

    def cancel_record(self, record: str, reason: BaseException) -> bool:
        """End what is awaited for a record with this error; False when nothing is."""
        waiting = self._waiting.get(record)
        if waiting is None or waiting.is_over:
            return False
        waiting.cancel(reason)
        return True

    def _begin(self, result: Any, waiting: Waiting) -> None:
        loop_of = getattr(result, "get_loop", None) if is_future(type(result)) else None
        if not is_future(type(result)) or (callable(loop_of) and self._async.is_own(loop_of())):
            try:
                self._async.run(result, waiting)
            except Stopped:
                if isinstance(result, CoroutineType):
                    result.close()
                raise
            waiting.cancel_it = partial(self._async.cancel, waiting)
            return
        waiting.future = result
        ended = partial(_future_ended, waiting)
        waiting.cancel_it = partial(_cancel_future, result, waiting)
        if callable(loop_of):  # asyncio's belong to the thread of their loop
            call = loop_of().call_soon_threadsafe
            waiting.cancel_it = partial(call, _cancel_future, result, waiting)
            call(result.add_done_callback, ended)
        else:
            result.add_done_callback(ended)

    # ---- tasks ----

    def start(self, coroutine: Any, name: str | None = None) -> None:
        """pydev.start: run a coroutine beside the records. TypeError, ValueError for a name that runs, Stopped."""
        if not isinstance(coroutine, CoroutineType):
            called = callable(coroutine)
            raise TypeError(
                f"pydev.start takes a coroutine, not {type(coroutine).__name__}" + ("; call it: f(), not f" * called)
            )
        try:
            waiting = self._named(coroutine.__name__, name, _task_over)
            try:
                self._async.run(coroutine, waiting)
            except Stopped:
                self._tasks.pop(waiting.label, None)
                raise
        except BaseException:
            coroutine.close()
            raise
        waiting.cancel_it = partial(self._async.cancel, waiting)
        waiting.begin_cancel()

    def outcome_of(self, awaitable: Awaitable[object], name: str) -> object:
        """Have it awaited on the loop, as a task of about this name, and wait for it here; any thread but the loop's.

        Raises what it raises, and Stopped. KeyboardInterrupt, which may come between two looks, cancels it.
        """
        outcome: list[tuple[object, BaseException | None]] = []
        over = threading.Event()

        def told(name: str, result: object, error: BaseException | None) -> None:
            outcome.append((result, error))
            over.set()

        waiting = self._named(name, None, told)
        try:
            self._async.run(awaitable, waiting)
            waiting.cancel_it = partial(self._async.cancel, waiting)
            waiting.begin_cancel()
            while not over.wait(LOOK):
                pass
        except BaseException as raised:  # KeyboardInterrupt, or Stopped: it was not run
            waiting.cancel(CancelledError())
            if isinstance(raised, Stopped):
                self._tasks.pop(waiting.label, None)
            raise
        result, error = outcome[0]
        if error is not None:
            raise error
        return result

    def _named(self, first: str, name: str | None, told: Callable[..., object]) -> Waiting:
        """A task of this name, or of one that begins with `first`; told(name, result, error)."""
        with self._naming:
            if name is None:
                name = first
                number = 1
                while name in self._tasks:
                    name = f"{first}-{(number := number + 1)}"
            elif name in self._tasks:
                raise ValueError(f"pydev.start: a task named {name!r} is running; pydev.cancel({name!r}) ends it")
            forget = partial(self._forget, self._tasks, name)
            waiting = self._tasks[name] = Waiting(str(name), partial(told, name), forget)
            return waiting

    def let_go(self, name: str) -> None:
        """The task of that name is about to end: another may have its name."""
        self._tasks.pop(name, None)

    def awaited(self) -> list[tuple[str, object]]:
        """(record, the task that runs its coroutine, or the future that its code has given)."""
        waiting = list(self._waiting.items())
        return [(record, one.future if one.task is None else one.task) for record, one in waiting]

    def report(self) -> tuple[list[TaskReport], list[TaskReport]]:
        """(the tasks, the records that await), those first that have for longest."""
        now = monotonic()
        tasks, records = (
            sorted((TaskReport(w.label.strip("<>"), now - w.since) for w in list(which.values())), key=_longest)
            for which in (self._tasks, self._waiting)
        )
        return tasks, records

    # ---- both ----

    def cancel(self, name: object) -> bool:
        """Cancel the task of that name, or the code of that record; False when there is nothing to cancel.

        Raises NotFound, and PydevpvaError for plain code that is being run.
        """
        if not isinstance(name, str):
            raise TypeError(f"pydev.cancel takes the name of a record or a task, not {type(name).__name__}")
        if (task := self._tasks.get(name)) is not None:
            task.cancel(CancelledError())
            return True
        if self.record_names and name not in self.record_names:
            raise NotFound(f"pydev.cancel: no record or task {name!r}{did_you_mean(name, self.record_names)}")
        return self.end_record(name, CancelledError())

    def end_record(self, name: str, reason: BaseException) -> bool:
        """End the code of that record with this error; False when there is none. Raises PydevpvaError as `cancel`."""
        return self.cancel_record(name, reason) or self.cancel_plain(name, reason)

    def end(self, timeout: float) -> None:
        """Cancel all; coroutines have so many seconds for their `finally`. Whoever waits is told Stopped."""
        self._ended = True
        everything = [*self._waiting.values(), *self._tasks.values()]
        for waiting in everything:
            waiting.cancel(_stopping())
        self._async.end(timeout)
        for waiting in everything:
            waiting.over(None, None)

    def forked(self) -> None:
        """In a forked child, where a lock that another thread held here is never released."""
        self._naming = threading.Lock()
        self._async.forked()

    @staticmethod
    def _forget(where: dict[str, Waiting], name: str, waiting: Waiting) -> None:
        if where.get(name) is waiting:
            where.pop(name, None)


def record_of(label: str) -> str:
    """ "X:ai" of "<X:ai.INP>"."""
    return label.strip("<>").rpartition(".")[0]


def cannot_cancel(name: str, seconds: float) -> PydevpvaError:
    """What is said of plain code that is being run."""
    return PydevpvaError(
        f"{name}: its code has been running for {seconds:.1f} s, and plain code that blocks cannot be cancelled; "
        "what is awaited can"
    )


def _stopping() -> Stopped:
    return Stopped("the IOC is stopping: this code did not end")


def _longest(report: TaskReport) -> float:
    return -report.seconds


def _future_ended(waiting: Waiting, future: Any) -> None:
    """On the thread that the future's library does it on."""
    try:
        result, error = future.result(), None
    except BaseException as raised:
        result, error = None, raised
    waiting.over(result, error)


def _cancel_future(future: Any, waiting: Waiting) -> None:
    """What cannot be cancelled any more, a function in a thread, goes on to its end; nobody waits for it."""
    try:
        future.cancel()
    finally:
        waiting.over(None, None)


def _task_over(name: str, result: object, error: BaseException | None) -> None:
    """A task beside the records has ended."""
    import asyncio  # which runs it

    if error is None or isinstance(error, (Stopped, CancelledError, asyncio.CancelledError)):
        log.info("task %s: %s", name, "ended" if error is None else "cancelled")
    else:
        log.error("task %s: %s\n%s", name, describe(error), traceback_text(error))
