"""Moments: users' functions for the beginning and the end of an IOC: @pydev.at_start, at_running, at_exit.

Each function runs on a thread made for it, and has its time: one that takes longer is told and left to itself, so that
it holds up neither the start nor the evaluator nor the end.
"""

from __future__ import annotations

import inspect
import logging
import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pydevpva.evaluator.failures import describe, traceback_text
from pydevpva.forks import in_child

log = logging.getLogger(__name__)

Function = Callable[[], object]
SECONDS = {"at_start": 10.0, "at_running": 10.0, "at_exit": 2.0}  # that a function has, when it does not say
MOST_SECONDS = 3600.0
SHARED = "__pydev__"  # the module of what the shell's and the records' Python defines
TOO_LATE = {
    "at_start": "iocInit has begun: import its module in st.cmd, before iocInit",
    "at_running": "the IOC runs already: import its module in st.cmd, before iocInit",
    "at_exit": "the IOC is ending",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A function for a moment, the seconds that it has, and the name of the module whose code gave it."""

    function: Function
    seconds: float
    module: str

    def __str__(self) -> str:
        function = getattr(self.function, "__func__", self.function)
        name = str(getattr(function, "__qualname__", type(function).__name__))
        code = getattr(function, "__code__", None)
        return f"{name} ({code.co_filename}:{code.co_firstlineno})" if isinstance(code, types.CodeType) else name


class Moments:
    """The functions of one IOC; any thread."""

    def __init__(self) -> None:
        self._given: dict[str, list[Given]] = {moment: [] for moment in SECONDS}
        self._past: set[str] = set()
        self._changes = threading.Lock()
        self._running = {moment: threading.Lock() for moment in SECONDS}
        in_child(self.forget)

    def add(self, moment: str, function: object, seconds: float | None = None, module: str = SHARED) -> None:
        """Have function() called at that moment, once however often it is given. TypeError, ValueError."""
        self._keep(moment, Given(_checked(moment, function), _seconds(moment, seconds), module))

    def adopt(self, earlier: Moments) -> None:
        """Take over what modules gave that were imported before this IOC was made: they are not run again for it."""
        for moment, functions in earlier._given.items():
            for given in functions:
                if given.module in sys.modules and given.module != SHARED:
                    self._keep(moment, given)

    def run(self, moment: str) -> None:
        """Call the functions in their order, those of at_exit in reverse. Returns when each has ended or is left.

        Who comes second waits for the first, and finds nothing left to do.
        """
        with self._running[moment]:
            with self._changes:
                functions = [] if moment in self._past else self._given[moment]
                self._past.add(moment)
            for given in reversed(functions) if moment == "at_exit" else functions:
                _call(moment, given)

    def begin(self, moment: str) -> None:
        """`run` on a thread of its own, which nobody waits for."""
        if not self._given[moment]:
            self.run(moment)
            return
        threading.Thread(target=self.run, args=(moment,), name=moment, daemon=True).start()

    def forget(self) -> None:
        """In a forked child: the hardware is its parent's; a lock that another thread held here is never released."""
        self._changes = threading.Lock()
        self._running = {moment: threading.Lock() for moment in SECONDS}
        self._past.update(SECONDS)

    def _keep(self, moment: str, given: Given) -> None:
        with self._changes:
            late = moment in self._past
            if not late and all(other.function != given.function for other in self._given[moment]):
                self._given[moment].append(given)
        if late:
            log.warning("pydev.%s: %s is not called: %s", moment, given, TOO_LATE[moment])


def _checked(moment: str, function: object) -> Function:
    if not callable(function):
        raise TypeError(f"pydev.{moment} is given {type(function).__name__}, it takes a function: @pydev.{moment}")
    if inspect.iscoroutinefunction(function):
        name = getattr(function, "__qualname__", "it")
        raise TypeError(f"pydev.{moment}: {name} is a coroutine; a function may call asyncio.run")
    return cast(Function, function)


def _seconds(moment: str, seconds: float | None) -> float:
    if seconds is None:
        return SECONDS[moment]
    if not 0 < seconds <= MOST_SECONDS:
        raise ValueError(f"pydev.{moment}: seconds is {seconds}; it must be above 0 and at most {MOST_SECONDS:g}")
    return float(seconds)


def _call(moment: str, given: Given) -> None:
    """Call it, and wait for as long as it may take."""
    thread = threading.Thread(target=_guarded, args=(moment, given), name=moment, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # users' code has used up the threads; better late than never
        _guarded(moment, given)
        return
    thread.join(given.seconds)
    if thread.is_alive():
        log.error("pydev.%s: %s has not ended within %g s: left to itself", moment, given, given.seconds)


def _guarded(moment: str, given: Given) -> None:
    try:
        given.function()
    except BaseException as error:  # users' code ends no thread of ours
        log.error("pydev.%s: %s failed: %s\n%s", moment, given, describe(error), traceback_text(error).rstrip())
