"""Pieces of work on a loop's thread that take too long: which was the longest, and one line when one is too long.

On the loop's thread; `longest` may be read from any.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from functools import partial

log = logging.getLogger(__name__)

TOO_LONG = 0.05  # seconds for which nobody minds to wait
MARK = 0.05  # seconds between two looks at how long the thread has really worked


class Pieces:
    """The loop calls `took` for a piece that took longer than `record`, which is what the longest so far has worked.

    Nothing is looked at until `watch`: before anybody is served a piece may take its time.
    """

    def __init__(self, thread: str) -> None:
        self._thread = thread
        self.record = math.inf
        self.longest = ""
        self.mark_due = math.inf
        self._worked = 0.0  # the thread's own time at the last mark
        self._most = 0.0
        self._told: dict[str, float] = {}

    def watch(self) -> None:
        """From now on."""
        self.record, self.mark_due = 0.0, 0.0

    def mark(self, now: float) -> None:
        """Look at the time that the thread has worked; not for each piece, it costs more than most of them."""
        self._worked, self.mark_due = time.thread_time(), now + MARK

    def took(self, seconds: float, work: Callable[[], object]) -> None:
        """A piece took so long. One line when the thread worked for it, and did not wait for the machine."""
        now = time.thread_time()
        worked, self._worked = min(seconds, now - self._worked), now
        kind, what = described(work)
        if worked > self._most:
            self._most = worked
            self.longest = f"{worked * 1e3:.1f} ms: {what}"
            self.record = min(worked, TOO_LONG)
        if worked > max(TOO_LONG, 2 * self._told.get(kind, 0.0)):
            self._told[kind] = worked
            log.warning("the %s thread was busy for %.2f s, and everybody waited: %s", self._thread, worked, what)


def bare(work: Callable[[], object]) -> Callable[..., object]:
    """The function of a piece of work, without its arguments, which may be a user's."""
    return work.func if isinstance(work, partial) else work


def described(work: Callable[[], object]) -> tuple[str, str]:
    """The name of a function, and with the names of what it was about; no code of users is run for that."""
    function, args = bare(work), work.args if isinstance(work, partial) else ()
    match getattr(function, "__name__", ""), args:
        case "_settle", (_, inner, tuple() as inner_args):  # the loop's own, which does it for somebody
            return described(partial(inner, *inner_args))
        case "trickle", (steps,):
            function, args = steps, ()
    kind = str(getattr(function, "__qualname__", type(function).__name__))
    names = [name for owner in (getattr(function, "__self__", None), *args) if (name := _name(owner))]
    return kind, " ".join([kind, *dict.fromkeys(names)])


def _name(owner: object) -> str:
    """The name of one of our own objects: a record, a scan list, a channel."""
    if not type(owner).__module__.startswith("pydevpva."):
        return ""
    for attribute in ("NAME", "name", "_name"):
        try:
            name = object.__getattribute__(owner, attribute)
        except AttributeError:
            continue
        if isinstance(name, str):
            return name
    record = getattr(owner, "_record", None)
    return _name(record) if record is not None else ""
