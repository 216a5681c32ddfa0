"""One worker process, the pipe to it, and the thread that reads its answers.

A call is written into the pipe by the thread that makes it, and its answer is told on the thread that reads it: no
other thread is woken on the way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.util import Finalize

from pydevpva.evaluator.workers import worker

Told = Callable[[bytes | None], object]  # is given the worker's answer, or None when it has died
log = logging.getLogger("pydevpva.python")
THREAD = "pydev-worker"
PATIENCE = 1.0  # seconds for a process that closed its pipe, or was killed, to be gone


class WorkerProcess:
    """It has one call at a time. Methods may be called on any thread."""

    def __init__(self) -> None:
        """Start it, in some milliseconds; calls may be sent before it is ready. Raises what starting raises."""
        context = get_context("spawn")
        self.over = False  # it has ended, as far as is known
        self._code: int | None = None
        self._told: Told | None = None
        self._sending = threading.Lock()  # the pipe is not closed while it is written to
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=worker.serve, args=(theirs,))
        self._reader = threading.Thread(target=self._read, name=THREAD, daemon=True)
        with theirs:
            self._process.start()
        # Also when it is to leave and is at work still: at the end multiprocessing would wait for it
        self._at_exit = Finalize(None, self.kill, exitpriority=0)
        try:
            self._reader.start()
        except BaseException:
            self.kill()
            raise

    def send(self, message: bytes, told: Told) -> bool:
        """Have it do a call; told(answer) is called once, on the thread that reads. False: it has ended, nobody is."""
        with self._sending:
            if self.over or not self._process.is_alive():
                return False
            self._told = told
            try:
                self._pipe.send_bytes(message)
            except OSError:
                self._told = None
                return False
            return True

    def leave(self) -> None:
        """It ends when it has done what it is at."""
        with self._sending, suppress(OSError):
            if not self.over:
                self._pipe.send_bytes(worker.LEAVE)

    def kill(self) -> None:
        """It ends now."""
        with suppress(ValueError, OSError):
            self._process.kill()

    def end(self) -> None:
        """As kill; comes back when it is gone."""
        self.kill()
        if self._reader is not threading.current_thread():
            self._reader.join(PATIENCE)

    def exit_code(self) -> str:
        """How it ended, for people: " (signal 9)"; "" when that is not known."""
        code = self._code
        return "" if code is None else f" (signal {-code})" if code < 0 else f" (status {code})"

    def _read(self) -> None:
        """On its thread, until the process has ended."""
        with suppress(EOFError, OSError):
            while True:
                self._tell(self._pipe.recv_bytes())
        with self._sending:
            self.over = True
            self._pipe.close()
        self._process.join(PATIENCE)
        self._code = self._process.exitcode
        with suppress(ValueError):  # it still runs
            self._process.close()  # its descriptors, now and not when garbage is collected
        self._at_exit.cancel()
        self._tell(None)

    def _tell(self, answer: bytes | None) -> None:
        told, self._told = self._told, None
        if told is not None:
            try:
                told(answer)
            except BaseException:  # what a callback of a user's raised; the next answer is another's
                log.exception("a callback of a call in another process")
