"""pydev.Program: a coroutine function that runs when asked, can be paused and aborted, and says where it stands.

What a program of the State Notation Language is. `start`, `pause`, `resume` and `abort` may be called on any thread,
`step` by the program itself; the program runs on "pydev-async".
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from pydevpva.errors import PydevpvaError
from pydevpva.plain.errors import describe, traceback_text

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger("pydevpva.python")
IDLE, RUNNING, PAUSED, DONE, FAILED, ABORTED = "idle", "running", "paused", "done", "failed", "aborted"
Function = Callable[..., Coroutine[Any, Any, object]]


class Ioc(Protocol):
    """What a program needs of `pydev`."""

    def iointr(self, name: str, value: object) -> object: ...
    def start(self, coroutine: object, name: str | None = None) -> None: ...
    def cancel_once(self, task: asyncio.Task[Any]) -> None: ...
    def let_go(self, name: str) -> None: ...


class Program:
    """`state` is idle, running, paused, done, failed or aborted. It is published by pydev.iointr as NAME.state, beside
    NAME.step (text), NAME.progress (0 to 1) and NAME.error (text)."""

    def __init__(self, name: str, function: Function, find: Callable[[], Ioc]) -> None:
        self.name, self._function, self._find = name, function, find
        self.state, self.error = IDLE, ""
        self._run: _Run | None = None
        self._lock = threading.Lock()
        self.__doc__ = function.__doc__

    def __call__(self, *args: object, **named: object) -> object:
        """Programs are started: this is the mistake."""
        raise TypeError(f"program {self.name} is not called: {self.name}.start(...) runs it")

    def start(self, *args: object, **named: object) -> Future[object]:
        """Run it with these arguments after itself; what is returned ends when it does, with its result or error.

        As the code of a record it makes a put end with the program. PydevpvaError: it runs already.
        """
        ioc = self._find()
        run = _Run(ioc)
        with self._lock:
            if self._run is not None:
                raise PydevpvaError(f"program {self.name} is {self.state}: abort it first")
            self._run = run
        run.future.add_done_callback(lambda future: self.abort() if future.cancelled() else None)
        self._publish(step="", progress=0.0, error="", state=RUNNING)
        try:
            ioc.start(self._drive(run, args, named), self.name)
        except BaseException as error:
            self._ended(run, FAILED, error)
            raise
        return run.future

    def pause(self) -> None:
        """Stop at the next step. PydevpvaError: it does not run."""
        if (run := self._run) is None:
            raise PydevpvaError(f"program {self.name} is {self.state}: there is nothing to pause")
        run.on_its_thread(run.hold)

    def resume(self) -> None:
        """Go on after `pause`. PydevpvaError: it does not run."""
        if (run := self._run) is None:
            raise PydevpvaError(f"program {self.name} is {self.state}: there is nothing to resume")
        run.on_its_thread(run.go_on)

    def abort(self) -> Future[object] | None:
        """End it where it waits; its `finally` runs. What is returned ends when that is over; None: it does not run."""
        if (run := self._run) is None:
            return None
        run.on_its_thread(run.cancel)
        return run.over

    async def step(self, text: str, progress: float | None = None) -> None:
        """Say what comes next, and how much of 1 is done. Here the program is paused, and can be aborted."""
        import asyncio

        if (run := self._run) is None:
            raise PydevpvaError(f"program {self.name} does not run: only its own code takes a step")
        self._publish(step=text, **({} if progress is None else {"progress": float(progress)}))
        await asyncio.sleep(0)
        if run.held:
            self._publish(state=PAUSED)
            await run.resumed()
            self._publish(state=RUNNING)

    # ---- on its thread ----

    async def _drive(self, run: _Run, args: tuple[object, ...], named: dict[str, object]) -> None:
        import asyncio

        run.begin()
        state, result = DONE, None
        error: BaseException | None = None
        cancelled: BaseException | None = None
        try:
            result = await self._function(self, *args, **named)
        except asyncio.CancelledError as raised:
            state, error, cancelled = ABORTED, CancelledError("aborted"), raised
        except BaseException as raised:
            state, error = FAILED, raised
            log.error("program %s: %s\n%s", self.name, describe(error), traceback_text(error))
        else:
            self._publish(progress=1.0)
        self._over(run, state, error, result)  # not in an `except`: the error would have that as its context
        if cancelled is not None:
            raise cancelled

    def _over(self, run: _Run, state: str, error: BaseException | None, result: object = None) -> None:
        """Its code has ended: who hears of it may start it again at once, so that its task's name is free before."""
        self._find().let_go(self.name)
        self._ended(run, state, error, result)

    def _ended(self, run: _Run, state: str, error: BaseException | None, result: object = None) -> None:
        self._run = None
        self._publish(error=describe(error) if state == FAILED and error is not None else "", state=state)
        with suppress(InvalidStateError):  # who waited has given up
            if error is not None:
                run.future.set_exception(error)
            else:
                run.future.set_result(result)
        with suppress(InvalidStateError):
            run.over.set_result(None)

    def _publish(self, **what: object) -> None:
        for name, value in what.items():
            if name in ("state", "error"):
                setattr(self, name, value)
            self._find().iointr(f"{self.name}.{name}", value)


class Ends(Future[object]):
    """The end of a run."""

    def ends_with(self, task: object) -> None:
        """A callback of the task that runs: it does nothing, and tells who looks what ends with the task."""


class _Run:
    """One run of a program."""

    def __init__(self, ioc: Ioc) -> None:
        self._ioc = ioc
        self.future = Ends()
        self.over: Future[object] = Future()
        self.held = False
        self._task: asyncio.Task[Any] | None = None
        self._go: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []  # asked for before it began
        self._beginning = threading.Lock()

    def begin(self) -> None:
        """Its first step; on its thread."""
        import asyncio

        with self._beginning:
            self._task, self._loop, self._go = asyncio.current_task(), asyncio.get_running_loop(), asyncio.Event()
            if self._task is not None:
                self._task.add_done_callback(self.future.ends_with)
        for work in self._early:
            self._loop.call_soon(work)

    def on_its_thread(self, work: Callable[[], None]) -> None:
        """Do it there; from any thread."""
        with self._beginning:
            if self._loop is None:
                self._early.append(work)
                return
        with suppress(RuntimeError):  # the IOC has ended, and all programs with it
            self._loop.call_soon_threadsafe(work)

    def hold(self) -> None:
        self.held = True
        assert self._go is not None
        self._go.clear()

    def go_on(self) -> None:
        self.held = False
        assert self._go is not None
        self._go.set()

    async def resumed(self) -> None:
        assert self._go is not None
        await self._go.wait()

    def cancel(self) -> None:
        """Once, also where the IOC ends at the same time: a second time would end its `finally`."""
        if self._task is not None:
            self._ioc.cancel_once(self._task)


def program(name: str, function: Function | None, find: Callable[[], Ioc]) -> Any:
    """pydev.Program("scan", scan), and as a decorator @pydev.Program("scan")."""
    if not isinstance(name, str) or not name:
        raise TypeError('pydev.Program takes a name and an async def: @pydev.Program("scan")')
    if function is None:
        return lambda decorated: Program(name, decorated, find)
    return Program(name, function, find)
