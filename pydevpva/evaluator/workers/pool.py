"""@pydev.in_process: functions of importable modules, run in worker processes. Any thread.

When a worker dies, that is an error of the one call that it was at, and of no other. Nothing is imported and started
before the first call.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from pydevpva.errors import Stopped
from pydevpva.evaluator.wanted import wanted
from pydevpva.evaluator.workers.outcome import Outcome
from pydevpva.evaluator.workers.packed import copied, pack

if TYPE_CHECKING:
    from pydevpva.evaluator.workers.slot import Slot


class Processes:
    """The workers, PYDEV_NUM_PROCESSES or as many as there are cores, and the calls that wait for one."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._lock = threading.RLock()  # a collection may cancel an outcome while it is held
        self._slots: list[Slot] = []
        self._idle: list[Slot] = []
        self._waiting: deque[Outcome] = deque()
        self._ended = False

    def submit(self, module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
        """Begin a call, or let it wait for a worker. Raises what pickle raises, Stopped, and PydevpvaError."""
        outcome = Outcome(self.give_up, module, name, pack((args, kwargs)))
        with self._lock:
            if self._ended:
                raise Stopped("the IOC is stopping: no process runs any more")
            slot = self._free()
            if slot is None:
                outcome.given = copied(outcome.given)  # the caller may write to its arrays
                self._waiting.append(outcome)
                return outcome
            slot.outcome = outcome
        slot.begin(outcome)
        return outcome

    def give_up(self, outcome: Outcome) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            with suppress(ValueError):
                self._waiting.remove(outcome)
            for slot in self._slots:
                if slot.outcome is outcome:  # with the lock, so that it has no other call yet
                    slot.kill()

    def renew(self) -> None:
        """A module was imported anew: calls from now on go to new processes."""
        with self._lock:
            for slot in self._slots:
                slot.stale = True
            idle = list(self._idle)
        for slot in idle:
            slot.drop()

    def end(self) -> None:
        """End all processes; calls that are under way or wait are told Stopped."""
        with self._lock:
            self._ended, waiting, slots = True, list(self._waiting), list(self._slots)
            self._waiting.clear()
        under_way = [slot.outcome for slot in slots if slot.outcome is not None]
        for outcome in (*waiting, *under_way):
            outcome.settle(None, Stopped("the IOC is stopping: this call did not end"))
        for slot in slots:
            slot.kill()
        for slot in slots:  # they end at the same time
            slot.end()

    def forked(self) -> None:
        """In a forked child, where a lock that another thread held here is never released."""
        self._lock = threading.RLock()
        self._ended, self._slots, self._idle = True, [], []

    def report(self) -> tuple[int, int, int]:
        """(workers, those at work, calls that wait)."""
        return len(self._slots), len(self._slots) - len(self._idle), len(self._waiting)

    def returned(self, slot: Slot) -> None:
        """The slot has done its call: the next one is its."""
        with self._lock:
            slot.outcome = None
            if self._ended:
                return
            if not self._waiting:
                self._idle.append(slot)
                return
            slot.outcome = outcome = self._waiting.popleft()
        slot.begin(outcome)

    def _free(self) -> Slot | None:
        if self._idle:
            return self._idle.pop()
        if len(self._slots) >= wanted(self._environment, "PYDEV_NUM_PROCESSES", _cores()):
            return None
        from pydevpva.evaluator.workers.slot import Slot

        self._slots.append(slot := Slot(self.returned))
        return slot


def importable(function: Any) -> tuple[str, str]:
    """(module, name) by which a worker finds a function. Raises TypeError or ValueError that says why it cannot."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not callable(function) or not isinstance(module, str) or not isinstance(name, str):
        raise TypeError(f"pydev.in_process takes a function, not {type(function).__name__}")
    if iscoroutinefunction(function):
        raise TypeError(
            f"pydev.in_process: {name} is an async def; a worker runs plain functions, pydev-async coroutines"
        )
    if module in ("__main__", "__pydev__", "builtins") or "<" in name:
        raise ValueError(
            f"pydev.in_process: {name} is not in a module that worker processes can import; write it into a .py file"
        )
    return module, name


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
