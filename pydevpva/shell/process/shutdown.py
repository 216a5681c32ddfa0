"""How the process ends: signals, the `exit` command, the exit record. Once begun, nothing can hold it up.

Signals arrive on the main thread, which may be deep in user code; so a thread of its own watches for them too. What
the end needs is there from the start: user code may have used up memory and threads by then.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from pydevpva import forks
from pydevpva.ioc import Ioc
from pydevpva.shell.process import exit_functions

STOP_SECONDS = 1.0  # what Ioc.stop gets for answering clients and for user code that is being run
LAST_SECONDS = 1.8  # after that, and what users' functions for the end take, the process ends, whatever still goes on
HANDLER_SECONDS = 0.1  # the main thread's chance to see a signal before the watcher acts
FORCED = 1
RESERVE_BYTES = 16 << 20  # of address space, given back when the end begins
HANGUP = getattr(signal, "SIGHUP", None)  # the terminal is gone, which Windows does not tell
CREDENTIALS = struct.Struct("3i")  # process, user, group


class Ending:
    """Ends the process with ioc.stop(), flushed output and os._exit: users' threads do not hold it up."""

    def __init__(self, ioc: Ioc) -> None:
        self.ioc = ioc
        self.interactive = False  # Ctrl-C ends the running command instead of the IOC
        self.at_begin: list[Callable[[], object]] = []  # quick, called when the end begins
        self.at_end: list[Callable[[], object]] = []  # quick, called last
        self._begun = threading.Lock()
        self._status = 0
        self._go = [threading.Semaphore(0), threading.Semaphore(0)]  # for the two threads that end the process
        self._reserve = mmap.mmap(-1, RESERVE_BYTES)
        self._handled = 0
        self._terminal = _terminal_state()
        self._receive, self._send = socket.socketpair()
        self._send.setblocking(False)
        if hasattr(socket, "SO_PASSCRED"):
            self._receive.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    def arm(self) -> None:
        """Handle SIGTERM, SIGINT and SIGHUP from now on; on the main thread, before users' code.

        procServ starts its child with SIGTERM and SIGHUP blocked, and ends it by SIGTERM.
        """
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        for work, name in ((self._watch, "signals"), (self._end_anyway, "last exit"), (self._end, "stop")):
            threading.Thread(target=work, name=name, daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        if HANGUP is not None and signal.getsignal(HANGUP) == signal.SIG_DFL:  # else started with nohup
            signal.signal(HANGUP, self._on_hangup)
        self.watch_again()
        forks.in_child(self._let_go)

    def watch_again(self) -> None:
        """Take the signals back from the event loop of the line editor, or of users' code, which leaves none behind.

        A handler of a user's own stays. On the main thread.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, self._on_signal)
        signal.set_wakeup_fd(self._send.fileno(), warn_on_full_buffer=False)

    def end(self, status: int) -> None:
        """Begin to end, from any thread; returns at once. Only the first call counts."""
        if self._begun.acquire(blocking=False):
            self._status = status
            self._reserve.close()
            for go in self._go:
                go.release()

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

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        """Not counted: it comes beside SIGTERM where a supervisor ends, and would cut short what that has begun."""
        self.end(0)

    def _watch(self) -> None:
        received = 0
        while numbers := self._next_signals():
            for number in numbers:
                if number == signal.SIGTERM or (number == signal.SIGINT and not self.interactive):
                    received += 1
                elif number == HANGUP and signal.getsignal(number) == self._on_hangup:
                    self.end(0)
            time.sleep(HANDLER_SECONDS)
            if received > self._handled:
                self._signalled(received)
                self._handled = received

    def _next_signals(self) -> bytes:
        """The numbers of signals that this process got. A child that C code has forked writes here, too."""
        while True:
            numbers, extra, _, _ = self._receive.recvmsg(64, socket.CMSG_SPACE(CREDENTIALS.size))
            senders = [CREDENTIALS.unpack(data)[0] for _, kind, data in extra if len(data) == CREDENTIALS.size]
            if senders in ([], [os.getpid()]):
                return numbers

    def _let_go(self) -> None:
        """In a forked child: its signals are its own."""
        if signal.getsignal(signal.SIGTERM) == self._on_signal:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) == self._on_signal:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if HANGUP is not None and signal.getsignal(HANGUP) == self._on_hangup:
            signal.signal(HANGUP, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        self._receive.close()
        self._send.close()

    def _signalled(self, count: int) -> None:
        if count > 1:
            self._leave(FORCED)
        self.end(0)

    def _end(self) -> None:
        self._go[0].acquire()
        try:
            _do_all(self.at_begin)
            self.ioc.stop(timeout=STOP_SECONDS)
            exit_functions.run()
        finally:
            self._leave(self._status)

    def _end_anyway(self) -> None:
        self._go[1].acquire()
        time.sleep(LAST_SECONDS)
        try:
            self.ioc.evaluator.pydev.moments.run("at_exit")  # whatever holds up the rest: hardware is left safe
            exit_functions.run()
            self._clean_up()
        finally:
            os._exit(self._status)

    def _clean_up(self) -> None:
        _do_all([_end_children, *self.at_end])

    def _leave(self, status: int) -> NoReturn:
        self._clean_up()
        _restore_terminal(self._terminal)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(status)


def _do_all(works: list[Callable[[], object]]) -> None:
    for work in works:
        with contextlib.suppress(Exception):
            work()


def _end_children() -> None:
    """Processes of multiprocessing: at its own end, which is not to come, Python ends some and waits for the rest."""
    if (multiprocessing := sys.modules.get("multiprocessing")) is not None:
        for child in multiprocessing.active_children():
            child.terminate()


def _terminal_state() -> Any:
    with contextlib.suppress(Exception):
        import termios

        return termios.tcgetattr(0)
    return None


def _restore_terminal(state: list[Any] | None) -> None:
    """The line editor has the terminal in raw mode; the login shell wants it back as it was."""
    if state is not None:
        with contextlib.suppress(Exception):
            import termios

            termios.tcsetattr(0, termios.TCSANOW, state)
