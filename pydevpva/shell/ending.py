"""How the process ends: signals, the `exit` command, the exit record. Once begun, nothing can hold it up.

Signals arrive on the main thread, which may be deep in user code; so a thread of its own watches for them too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from pydevpva.ioc import Ioc

STOP_SECONDS = 1.0  # what Ioc.stop gets for answering clients and for user code that is being run
LAST_SECONDS = 1.8  # after that the process ends, whatever is still going on
HANDLER_SECONDS = 0.1  # the main thread's chance to see a signal before the watcher acts
FORCED = 1


class Ending:
    """Ends the process with ioc.stop(), flushed output and os._exit: users' threads do not hold it up."""

    def __init__(self, ioc: Ioc) -> None:
        self.ioc = ioc
        self.interactive = False  # Ctrl-C ends the running command instead of the IOC
        self.at_end: list[Callable[[], object]] = []  # quick, called last
        self._begun = threading.Lock()
        self._handled = 0
        self._terminal = _terminal_state()
        self._receive, self._send = socket.socketpair()
        self._send.setblocking(False)

    def arm(self) -> None:
        """Handle SIGTERM and SIGINT from now on; on the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        threading.Thread(target=self._watch, name="signals", daemon=True).start()
        self.watch_again()

    def watch_again(self) -> None:
        """Take the signals' wake-up back from the line editor's event loop."""
        signal.set_wakeup_fd(self._send.fileno(), warn_on_full_buffer=False)

    def end(self, status: int) -> None:
        """Begin to end, from any thread; returns at once. Only the first call counts."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._end_anyway, args=(status,), name="last exit", daemon=True).start()
            threading.Thread(target=self._end, args=(status,), name="stop", daemon=True).start()

    def end_here(self, status: int) -> NoReturn:
        """End; for the main thread, when it has nothing left to do."""
        self.end(status)
        self.wait()

    def wait(self) -> NoReturn:
        """Let the other threads work until the process ends."""
        while True:
            time.sleep(3600)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and self.interactive and not self._begun.locked():
            raise KeyboardInterrupt
        self._handled += 1
        self._signalled(self._handled)

    def _watch(self) -> None:
        received = 0
        while numbers := self._receive.recv(64):
            for number in numbers:
                if number == signal.SIGTERM or (number == signal.SIGINT and not self.interactive):
                    received += 1
            time.sleep(HANDLER_SECONDS)
            if received > self._handled:
                self._signalled(received)
                self._handled = received

    def _signalled(self, count: int) -> None:
        if count > 1:
            self._leave(FORCED)
        self.end(0)

    def _end(self, status: int) -> None:
        try:
            self.ioc.stop(timeout=STOP_SECONDS)
        finally:
            self._leave(status)

    def _end_anyway(self, status: int) -> None:
        time.sleep(LAST_SECONDS)
        self._clean_up()
        os._exit(status)

    def _clean_up(self) -> None:
        for work in self.at_end:
            with contextlib.suppress(Exception):
                work()

    def _leave(self, status: int) -> NoReturn:
        self._clean_up()
        _restore_terminal(self._terminal)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(status)


def _terminal_state() -> Any:
    with contextlib.suppress(Exception):
        import termios

        return termios.tcgetattr(0)
    return None


def _restore_terminal(state: Any) -> None:
    """The line editor has the terminal in raw mode; the login shell wants it back as it was."""
    if state is not None:
        with contextlib.suppress(Exception):
            import termios

            termios.tcsetattr(0, termios.TCSANOW, state)
