"""info(pydev:timeout, "5"): how long a record's Python may take. Database thread, but for `outcome` and `cancel`."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

from pydevpva.db.infos import CHECKS, TIMEOUT
from pydevpva.errors import Location, Problem
from pydevpva.evaluator.later import Later, record_of
from pydevpva.loop import Loop
from pydevpva.timers import Timer

log = logging.getLogger("pydevpva.python")


class TimeLimit:
    """Of one record. The time begins when its code is sent off: it is that for which the record may be active."""

    __slots__ = ("_came", "_label", "_later", "_loop", "_seconds", "_timer", "awaits", "exceeded")

    def __init__(self, seconds: float, loop: Loop, later: Later) -> None:
        self._seconds, self._loop, self._later = seconds, loop, later
        self._timer: Timer | None = None
        self._label = ""
        self._came = self.exceeded = False  # the outcome is on its way; the time is over
        self.awaits = False  # the code has given a coroutine or a future

    def begin(self, label: str) -> None:
        """The code of this label is sent off."""
        self._came = self.exceeded = self.awaits = False
        self._label = label
        self._timer = self._loop.after(self._seconds, self._run_out)

    def end(self) -> None:
        """The record has its outcome."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def cancel(self) -> bool:
        """End what is awaited; False when nothing is. Any thread."""
        return self._later.cancel_record(record_of(self._label), self._error())

    def outcome(self, result: object, error: BaseException | None) -> tuple[object, BaseException | None]:
        """What comes too late is an error; on the thread of the code."""
        self._came = True
        if self.exceeded and not isinstance(error, TimeoutError):
            return None, error or self._error("" if self.awaits else "; plain code runs on")
        return result, error

    def _run_out(self) -> None:
        self._timer = None
        if self._came:
            return
        self.exceeded = True
        if not self.cancel() and not self.awaits:
            text = "%s: %g s are over, but plain code that blocks, or waits for its turn, cannot be cancelled"
            log.warning(text, self._label.strip("<>"), self._seconds)

    def _error(self, more: str = "") -> TimeoutError:
        return TimeoutError(f"{self._seconds:g} s{more}")


def _check(value: str, location: Location, record: str) -> Iterator[Problem]:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        yield Problem(
            location, f'{record}: info({TIMEOUT}, "{value}") must be a number of seconds above 0, such as "5"'
        )


CHECKS[TIMEOUT] = _check
