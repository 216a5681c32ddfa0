"""The asyncio loop that runs users' coroutines, on a thread of its own: "pydev-async". Started when first needed.

Before that asyncio is not even imported: an IOC without coroutines pays nothing.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from pydevpva.errors import Stopped
from pydevpva.evaluator.waiting import Waiting

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

log = logging.getLogger("pydevpva.python")

THREAD = "pydev-async"
GRACE = 1.0  # seconds that a cancelled coroutine has for its `finally`, before what waits for it goes on
FLUSH = 0.01  # seconds between two looks at whether all is sent
EAGER = sys.version_info >= (3, 12)  # a coroutine that returns at once takes no turn of the loop


class AsyncLoop:
    """`run`, `cancel`, `get` and `end` may be called on any thread."""

    def __init__(self) -> None:
        self._loop: AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ended = False
        self._starting = threading.Lock()
        self._cancelled: WeakSet[Task[Any]] = WeakSet()

    def get(self) -> AbstractEventLoop:
        """The loop; it is started now if it was not. Raises Stopped at the IOC's end."""
        return self._loop or self._start()

    def is_own(self, loop: object) -> bool:
        """Whether it is this one."""
        return loop is self._loop

    def is_here(self) -> bool:
        """Whether the caller is on its thread."""
        return self._thread is threading.current_thread()

    def run(self, awaitable: Awaitable[object], waiting: Waiting) -> None:
        """Await it on the loop; `waiting` is told how it ends. Raises Stopped."""
        loop = self.get()
        with self._starting:  # what is sent off before the end begins has begun when it does
            if self._ended:
                raise Stopped("the IOC is stopping: this coroutine was not run")
            loop.call_soon_threadsafe(self._begin, loop, awaitable, waiting)

    def cancel(self, waiting: Waiting) -> None:
        """Cancel its coroutine; in GRACE seconds it is over in any case."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._cancel, loop, waiting)

    def end(self, timeout: float) -> None:
        """Cancel all tasks, those that users' coroutines have made too; they have `timeout` seconds to end."""
        with self._starting:
            self._ended, loop, thread = True, self._loop, self._thread
        if loop is None or thread is None or not thread.is_alive():
            return
        loop.call_soon_threadsafe(lambda: loop.create_task(self._end(loop, timeout), name=THREAD))
        if thread is not threading.current_thread():
            thread.join(timeout + GRACE / 4)

    def forked(self) -> None:
        """In a forked child, which does not have the thread, nor one that would release the lock."""
        self._starting = threading.Lock()
        self._loop, self._ended = None, True

    def _start(self) -> AbstractEventLoop:
        import asyncio

        with self._starting:
            if self._ended:
                raise Stopped("the IOC is stopping: no coroutine runs any more")
            if self._loop is None:
                loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(loop,), name=THREAD, daemon=True)
                self._thread.start()
                self._loop = loop
            return self._loop

    # ---- on its thread ----

    def _begin(self, loop: AbstractEventLoop, awaitable: Awaitable[object], waiting: Waiting) -> None:
        driven = _drive(awaitable, waiting)
        if EAGER:
            from asyncio import Task

            waiting.task = Task(driven, loop=loop, name=waiting.label, eager_start=True)  # type: ignore[call-arg, unused-ignore]
        else:
            waiting.task = loop.create_task(driven, name=waiting.label)

    def _cancel(self, loop: AbstractEventLoop, waiting: Waiting) -> None:
        if waiting.is_over:
            return
        if not waiting.begun:  # a task that is cancelled before its first step never takes one
            loop.call_soon(self._cancel, loop, waiting)
            return
        assert waiting.task is not None
        self.cancel_once(waiting.task)
        loop.call_later(GRACE, _let_go, waiting)

    def cancel_once(self, task: Task[Any]) -> None:
        """A second time would end the very `finally` that it is in."""
        if task not in self._cancelled:
            self._cancelled.add(task)
            task.cancel()

    async def _end(self, loop: AbstractEventLoop, timeout: float) -> None:
        until = time.monotonic() + timeout
        for ending in (self._end_tasks(timeout, until), _end_generators(loop, until), _end_connections(loop, until)):
            try:
                await ending
            except BaseException as error:
                log.debug("the end of the %s thread: %r", THREAD, error)
        loop.stop()

    async def _end_tasks(self, timeout: float, until: float) -> None:
        import asyncio

        while (tasks := _others()) and (left := until - time.monotonic()) > 0:
            for task in tasks:
                self.cancel_once(task)
            await asyncio.wait(tasks, timeout=left)
        for task in _others():
            log.warning("%s: did not end within %g s of being cancelled", task.get_name().strip("<>"), timeout)
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # it has been said


async def _end_generators(loop: AbstractEventLoop, until: float) -> None:
    import asyncio

    await asyncio.wait_for(loop.shutdown_asyncgens(), max(0.01, until - time.monotonic()))


async def _end_connections(loop: AbstractEventLoop, until: float) -> None:
    """None outlives the loop. What a coroutine has closed ends a turn of the loop later, or when all of it is sent."""
    import asyncio

    await asyncio.sleep(0)
    while any(_is_sending(one) for one in _connections(loop)) and time.monotonic() < until:
        await asyncio.sleep(FLUSH)
    for one in _connections(loop):
        one.abort()
    await asyncio.sleep(0)


def _is_sending(connection: Any) -> bool:
    """Also below TLS, where the connection is open for longer than what the coroutine has closed."""
    return bool(connection.is_closing() or connection.get_write_buffer_size())


def _connections(loop: Any) -> list[Any]:
    """Those that are open; a loop that is not asyncio's own tells of none."""
    transports = list(getattr(loop, "_transports", {}).values())
    return [one for one in transports if (own := one.get_extra_info("socket")) is not None and own.fileno() != -1]


def _run(loop: AbstractEventLoop) -> None:
    import asyncio

    asyncio.set_event_loop(loop)
    while True:
        try:
            loop.run_forever()
            break
        except BaseException:  # SystemExit of a task that a user's coroutine has made
            log.exception("the %s thread goes on", THREAD)
    loop.close()


def _others() -> set[Task[Any]]:
    import asyncio

    return asyncio.all_tasks() - {asyncio.current_task()}


async def _drive(awaitable: Awaitable[object], waiting: Waiting) -> None:
    """Whatever it raises, SystemExit too, ends neither the task with an error nor the loop."""
    waiting.begun = True
    try:
        result, error = await awaitable, None
    except BaseException as raised:
        result, error = None, raised
    waiting.over(result, error)


def _let_go(waiting: Waiting) -> None:
    if waiting.over(None, None):
        log.warning("%s: its coroutine goes on %g s after it was cancelled; it is no longer waited for",
                    waiting.label.strip("<>"), GRACE)  # fmt: skip
