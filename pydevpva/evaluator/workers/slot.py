"""A place for one worker process, and its block of shared memory; it has one call at a time. Any thread."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from multiprocessing.util import Finalize
from secrets import token_hex

from pydevpva.errors import Stopped
from pydevpva.evaluator.failures import UserError
from pydevpva.evaluator.workers.outcome import Outcome, WorkerDied
from pydevpva.evaluator.workers.packed import PICKLE, Packed, placed, unpack
from pydevpva.evaluator.workers.process import WorkerProcess
from pydevpva.evaluator.workers.worker import Answer, Call


class Slot:
    """`outcome` is the call that it is at; Processes writes it."""

    def __init__(self, returned: Callable[[Slot], object]) -> None:
        self.outcome: Outcome | None = None
        self.stale = False  # the process knows a module that was reloaded, or is being killed
        self._returned = returned
        self._process: WorkerProcess | None = None
        self._block: SharedMemory | None = None
        self._ended = False
        self._lock = threading.RLock()  # the process and the block are changed
        self._at_exit = Finalize(None, self.end, exitpriority=0)  # a script that ends without Ioc.stop

    def begin(self, outcome: Outcome) -> None:
        """Send the call to the process, which is started if there is none."""
        try:
            call = Call(outcome.module, outcome.name, self._in_block(outcome.given), self._block_name)
            self._send(pickle.dumps(call, PICKLE), outcome)
        except BaseException as error:
            outcome.settle(None, error)
            self._returned(self)
        if outcome.cancelled():  # while there was no process to kill
            outcome.give_up()

    def kill(self) -> None:
        """End the process, whatever it is at; should it be through with that already, the next call has a new one."""
        self.stale = True
        if (process := self._process) is not None:
            process.kill()

    def drop(self) -> None:
        """The next call has a new process; this one ends when it has done what it is at."""
        with self._lock:
            process, self._process, self.stale = self._process, None, False
        if process is not None:
            process.leave()

    def end(self) -> None:
        """End the process, and give the memory back."""
        self._at_exit.cancel()
        with self._lock:
            self._ended, process, self._process = True, self._process, None
            self._free_block()
        if process is not None:
            process.end()

    def _send(self, message: bytes, outcome: Outcome) -> None:
        for _ in range(2):
            if self.stale:
                self.drop()
            with self._lock:
                if self._ended:
                    raise Stopped("the IOC is stopping: this call was not begun")
                process = self._process = self._process or WorkerProcess()
            if process.send(message, partial(self._done, process, outcome)):
                return
            self.stale = True  # it died while it had nothing to do
        raise WorkerDied(f"{outcome.name}: no process stays alive{process.exit_code()}")

    def _done(self, process: WorkerProcess, outcome: Outcome, message: bytes | None) -> None:
        """On the thread that reads the process's answers."""
        result: object = None
        error: BaseException | None = None
        try:
            if message is None:
                self.stale = True
                raise WorkerDied(f"{outcome.name} ended its process{process.exit_code()}")
            result = self._result(pickle.loads(message))
        except BaseException as raised:
            error = raised
        self._returned(self)
        outcome.settle(result, error)

    def _result(self, answer: Answer) -> object:
        if answer.result is None:
            raise UserError(answer.error, answer.trace)
        result = unpack(answer.result, self._memory)
        if answer.result.apart is not None:
            self._grow(answer.result.size)
        return result

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
        with self._lock:
            if size > len(self._memory) and not self._ended:
                self._free_block()
                name = f"pydevpva-{os.getpid()}-{token_hex(4)}"  # whose it is, to who looks into /dev/shm
                self._block = SharedMemory(name, create=True, size=size)

    def _free_block(self) -> None:
        block, self._block = self._block, None
        if block is not None:
            block.unlink()
            with suppress(BufferError):  # at the end, while a thread reads it
                block.close()
