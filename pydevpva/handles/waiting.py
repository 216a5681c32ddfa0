"""Wait: a user's thread that waits for the database thread, or for a record. Settled once; from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from pydevpva.errors import PutError, Stopped
from pydevpva.forks import in_child
from pydevpva.handles import deadlock

if TYPE_CHECKING:
    from asyncio import Future

FIRST_LOOK, LOOK = 0.1, 0.25  # seconds of waiting after which is asked whether it can end at all
SHARED = 0.2  # seconds for which what a look has found of all others is believed: a thousand wait as cheaply as one
ENDED = "the IOC has stopped: its records are no more"
IN_CHILD = "this is a child process of the IOC, which has no records; return values to the parent"


class Wait:
    """One thing waited for: `settle` ends it, with a result or an error, the first time that it is called.

    `depends` gives, on the database thread, the names of the active records that its end needs; `cancel` gives it up.
    """

    __slots__ = (
        "_lock", "_settled", "cancel", "depends", "error", "free", "future", "late", "name", "result", "then", "waiter",
    )  # fmt: skip

    def __init__(self, name: str, then: Callable[[Wait], object] | None = None) -> None:
        self.name, self.then = name, then
        self.waiter: object = threading.current_thread()
        self.future: Future[None] | None = None  # where a coroutine waits
        self.result: object = None
        self.error: BaseException | None = None
        self.depends: Callable[[], Iterable[str]] = tuple
        self.cancel: Callable[[], object] = bool
        self.free = -inf  # when it was last found that it can end
        self.late = f"{name}: not over after {{:g}} s"  # the text of its TimeoutError
        self._settled = threading.Lock()
        self._lock = threading.Lock()
        self._lock.acquire()

    def settle(self, result: object, error: BaseException | None = None) -> None:
        """It is over."""
        if self._settled.acquire(blocking=False):
            self.result, self.error = result, error
            self._lock.release()
            if self.then is not None:
                self.then(self)

    def answered(self, error: str | None) -> None:
        """As a put is answered."""
        self.settle(None, None if error is None else PutError(error))

    def over(self, seconds: float | None) -> bool:
        """Whether it is, after at most so many seconds."""
        return self._lock.acquire(timeout=-1 if seconds is None else max(0.0, seconds))

    def outcome(self) -> object:
        """Its result, or what it raises."""
        if self.error is not None:
            raise self.error
        return self.result


class Waits:
    """All that users' threads and coroutines wait for in one IOC."""

    def __init__(self, look: deadlock.Looker) -> None:
        self._look = look
        self._open: dict[Wait, None] = {}
        self._refused = "records are there after iocInit"
        self._looking = threading.Lock()
        in_child(self._forked)

    def begin_serving(self) -> None:
        """The records are there."""
        self._refused = ""

    def close(self) -> None:
        """The IOC stops: who waits is told, and whoever comes from now on."""
        self._refused = ENDED
        for wait in list(self._open):
            wait.settle(None, Stopped(f"{wait.name}: {ENDED}"))

    def _forked(self) -> None:
        self._refused = IN_CHILD

    def add(self, wait: Wait) -> None:
        """Before it begins. Raises Stopped: the records are not there yet, or no more."""
        self._open[wait] = None
        if self._refused:
            self.remove(wait)
            self.check_open(wait.name)

    def check_open(self, name: str) -> None:
        """Stopped: there are no records."""
        if self._refused:
            raise Stopped(f"{name}: {self._refused}")

    def remove(self, wait: Wait) -> None:
        """It is over, or given up."""
        self._open.pop(wait, None)

    def wait(self, wait: Wait, timeout: float | None) -> object:
        """The outcome. TimeoutError after `timeout` seconds, PutError when it would wait for itself."""
        end = None if timeout is None else monotonic() + timeout
        patience = FIRST_LOOK
        try:
            while not wait.over(patience if end is None else min(patience, end - monotonic())):
                if end is not None and monotonic() >= end:
                    raise TimeoutError(wait.late.format(timeout))
                self.check(wait)
                patience = LOOK
        except BaseException:
            wait.cancel()
            raise
        finally:
            self.remove(wait)
        return wait.outcome()

    def check(self, wait: Wait) -> None:
        """PutError when what is waited for needs the very thread, or the record, that waits."""
        with self._looking:  # of two that wait for each other one gives up
            if monotonic() - wait.free < SHARED:
                return
            reason = self._look.would_wait_for_itself(wait, list(self._open))
            if reason:
                self.remove(wait)
        if reason:
            raise PutError(f"{wait.name}: {reason}")
