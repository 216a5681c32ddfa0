"""Timers: calls that are still to come, of one loop and on its thread."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator

Work = Callable[..., object]
FEW = 100  # cancelled ones, which may stay until they are due


class Timer:
    """Handle of a call that is still to come."""

    __slots__ = ("_timers", "args", "cancelled", "work")

    def __init__(self, timers: Timers, work: Work, args: tuple[object, ...]) -> None:
        self._timers, self.work, self.args, self.cancelled = timers, work, args, False

    def cancel(self) -> None:
        """It will not come."""
        if not self.cancelled:
            self.cancelled = True
            self._timers.drop_cancelled()


class Timers:
    """In the order in which they are due; of the same time, in that in which they were added.

    `due`: when the next is, which may be a cancelled one; inf: there is none.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._cancelled = 0  # about how many of them are
        self.due = math.inf

    def __iter__(self) -> Iterator[Timer]:
        """Those that are to come, in no order."""
        return (timer for _, _, timer in self._heap if not timer.cancelled)

    def __len__(self) -> int:
        """With cancelled ones that have not been forgotten."""
        return len(self._heap)

    def add(self, due: float, work: Work, args: tuple[object, ...]) -> Timer:
        """work(*args), when `due` is reached."""
        timer = Timer(self, work, args)
        heapq.heappush(self._heap, (due, next(self._order), timer))
        self._look()
        return timer

    def take(self, now: float) -> Timer | None:
        """The next that is due by now; None: there is none."""
        found = None
        while found is None and self.due <= now:
            timer = heapq.heappop(self._heap)[2]
            self._look()
            if not timer.cancelled:
                found = timer
        return found

    def drop_cancelled(self) -> None:
        """Forget cancelled timers when they are the most: one that is set anew again and again may be due in a day."""
        self._cancelled += 1
        if self._cancelled > FEW and self._cancelled * 2 > len(self._heap):
            self._heap[:] = [entry for entry in self._heap if not entry[2].cancelled]
            heapq.heapify(self._heap)
            self._cancelled = 0
            self._look()

    def _look(self) -> None:
        self.due = self._heap[0][0] if self._heap else math.inf
