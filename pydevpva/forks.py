"""What a forked child must not share with the IOC: signals, sockets, and the work of threads it does not have.

os.fork, and multiprocessing by default up to Python 3.13, copy the process with all its descriptors and handlers, but
only the thread that forked. Each part of the IOC says with `in_child` what it lets go of; that runs on this thread.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import NoReturn

Work = Callable[[], object]
# What is let go of, in the order in which it was given: a function, and the object whose method it is. Not WeakMethod,
# which may complain on stderr when Python ends.
_let_go: dict[tuple[int, Callable[..., object]], weakref.ref[object] | None] = {}
_FEW = 100
_most = _FEW  # then objects that are gone are forgotten
_masks = threading.local()  # the signals that were blocked before the fork
_collecting: list[bool] = []  # whether Python collects garbage by itself, while threads fork


def in_child(work: Work) -> None:
    """Have work() called once in each child before its own code runs; a method only as long as its object lives."""
    global _most
    owner = getattr(work, "__self__", None)
    key = (id(owner), work if owner is None else work.__func__)  # type: ignore[attr-defined]
    _let_go.pop(key, None)
    _let_go[key] = None if owner is None else weakref.ref(owner)
    if len(_let_go) > _most:
        for other, owned in list(_let_go.items()):
            if owned is not None and owned() is None:
                _let_go.pop(other, None)
        _most = max(_FEW, 2 * len(_let_go))


def leave_child(error: BaseException | None) -> NoReturn:
    """End a child that has come back from a user's code: there is no IOC in it that could go on."""
    status = 0
    if isinstance(error, SystemExit):
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    with suppress(BaseException):
        if isinstance(error, SystemExit):
            sys.stderr.write(f"{error.code}\n" if isinstance(error.code, str) else "")
        elif error is not None:
            traceback.print_exception(error)
            status = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
    os._exit(status & 0xFF)


class ParentOnly:
    """A block of which a forked child does not come out: it ends there."""

    def __enter__(self) -> None:
        self._process = os.getpid()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if os.getpid() != self._process:
            leave_child(error)


def _before() -> None:
    """A signal that comes at once waits until the child has handlers of its own: ours would tell the parent."""
    _masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()) if _let_go else None
    _collecting.append(gc.isenabled() or any(_collecting))
    gc.disable()


def _unblock() -> None:
    if (before := getattr(_masks, "before", None)) is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _after_in_parent() -> None:
    if _collecting.pop() and not _collecting:
        gc.enable()
    _unblock()


def _after_in_child() -> None:
    # What the parent left behind is never collected here: p4p's objects would wait for threads that only it has
    gc.freeze()
    collecting = any(_collecting)
    _collecting.clear()
    given = list(_let_go.items())
    _let_go.clear()
    for (_, function), owned in given:
        with suppress(Exception):
            if owned is None:
                function()
            elif (owner := owned()) is not None:
                function(owner)
    if collecting:
        gc.enable()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and signal.SIGINT in signal.sigpending():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # KeyboardInterrupt would be raised here, and lost
    _unblock()


if hasattr(os, "register_at_fork"):  # Windows knows no forks
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
