"""One worker process and its block of shared memory; it has one call at a time. Any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.shared_memory import SharedMemory
from typing import Any

from pydevpva.evaluator.failures import UserError
from pydevpva.evaluator.workers import worker
from pydevpva.evaluator.workers.outcome import Outcome, WorkerDied
from pydevpva.evaluator.workers.packed import Packed, placed, unpack

PATIENCE = 1.0  # seconds for a killed process to be gone


class Slot:
    """`outcome` is the call that it is at; Processes writes it."""

    def __init__(self, returned: Callable[[Slot], object]) -> None:
        self.outcome: Outcome | None = None
        self.stale = False  # the process knows a module that was reloaded, or is being killed
        self._returned = returned
        self._executor: ProcessPoolExecutor | None = None
        self._broken: ProcessPoolExecutor | None = None  # the last whose process died
        self._context = _Context()
        self._block: SharedMemory | None = None
        self._starting = threading.Lock()

    def begin(self, outcome: Outcome) -> None:
        """Send the call to the process, which is started if there is none."""
        try:
            call = worker.Call(outcome.module, outcome.name, self._in_block(outcome.given), self._block_name)
            for last in (False, True):
                try:
                    self._process().submit(worker.run, call).add_done_callback(partial(self._done, outcome))
                    break
                except BrokenProcessPool:  # it died while it had nothing to do
                    self.drop()
                    if last:
                        raise
        except BaseException as error:
            outcome.settle(None, error)
            self._returned(self)
        if outcome.cancelled():  # while there was no process to kill
            outcome.give_up()

    def kill(self) -> None:
        """End the process, whatever it is at; should it be through with that already, the next call has a new one."""
        self.stale = True
        if (process := self._context.made) is not None:
            with suppress(ValueError, OSError):
                process.kill()

    def drop(self) -> None:
        """The next call has a new process; this one ends when it has done what it is at."""
        if (executor := self._forget()) is not None:
            executor.shutdown(wait=False)

    def _forget(self) -> ProcessPoolExecutor | None:
        with self._starting:
            executor, self._executor, self.stale = self._executor, None, False
        return executor

    def end(self) -> None:
        """End the process, and give the memory back."""
        process = self._context.made
        self.kill()
        self.drop()
        if process is not None:
            with suppress(AssertionError, ValueError, OSError):
                process.join(PATIENCE)
        self._free_block()

    def _process(self) -> ProcessPoolExecutor:
        made = self._context.made
        if self.stale or (made is not None and self._executor is not None and not made.is_alive()):
            self.drop()
        with self._starting:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(1, mp_context=self._context, initializer=worker.begin)
            return self._executor

    def _done(self, outcome: Outcome, future: Future[worker.Answer]) -> None:
        """On the executor's thread."""
        result: object = None
        error: BaseException | None = None
        try:
            answer = future.result()
            if answer.result is None:
                raise UserError(answer.error, answer.trace)
            result = unpack(answer.result, self._memory)
            if answer.result.apart is not None:
                self._grow(answer.result.size)
        except BrokenProcessPool:
            error = WorkerDied(f"{outcome.name} ended its process{self._exit_code()}")
            # It ends by itself. Python 3.13 calls us with the lock that its shutdown, and its end as an object, need
            self._broken = self._forget()
        except BaseException as raised:
            error = raised
        self._returned(self)
        outcome.settle(result, error)

    def _exit_code(self) -> str:
        process = self._context.made
        if process is None:
            return ""
        with suppress(AssertionError, ValueError, OSError):
            process.join(PATIENCE)
        code = process.exitcode
        return f" (signal {-code})" if code is not None and code < 0 else f" (status {code})"

    # ---- shared memory ----

    @property
    def _block_name(self) -> str:
        return self._block.name if self._block is not None else ""

    @property
    def _memory(self) -> memoryview:
        return (self._block and self._block.buf) or memoryview(b"")

    def _in_block(self, given: Packed) -> Packed:
        if not given.lengths:
            return given._replace(apart=None)
        self._grow(given.size)
        return placed(given, self._memory)

    def _grow(self, size: int) -> None:
        """What did not fit this time fits the next time."""
        if size > len(self._memory):
            self._free_block()
            self._block = SharedMemory(create=True, size=size)

    def _free_block(self) -> None:
        block, self._block = self._block, None
        if block is not None:
            block.close()
            block.unlink()


class _Context(SpawnContext):
    """Remembers the process that an executor of one has made."""

    made: SpawnProcess | None = None

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]
        self.made = SpawnProcess(*args, **kwargs)
        return self.made
