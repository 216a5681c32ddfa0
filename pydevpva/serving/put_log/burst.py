"""Burst: many puts to one field within a short time become one line (caPutLogTask.c, caPutJsonLogTask.cpp).

The last put is kept. It goes out when another field is put to, or when no put came for `timeout` seconds. On the put
log's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydevpva.records.core.values import Scalar
from pydevpva.serving.put_log.entry import Entry
from pydevpva.serving.put_log.value import Logged

OFF, ON_CHANGE, ALL, ALL_NO_FILTER = -1, 0, 1, 2  # what is logged, as caPutLogInit takes it


@dataclass(slots=True)
class Summary:
    """The last entry of a burst, the value before its first, and the extremes of what was written. `count`: of puts."""

    entry: Entry
    old: Logged
    least: Scalar
    greatest: Scalar
    count: int = 1


class Burst:
    """`write` is told each summary that is to be logged. `merges_characters` is the plain log's way, not JSON's."""

    def __init__(self, config: int, timeout: float, write: Callable[[Summary], object], merges_characters: bool):
        self.config, self.timeout = config, timeout
        self._write, self._merges_characters = write, merges_characters
        self._last: Summary | None = None
        self._sent = False  # the last has gone out
        self._due = 0.0

    def take(self, entry: Entry, now: float) -> None:
        """A put that is over; `now` on a monotonic clock."""
        last = self._last
        if last is not None and self._goes_on(last.entry, entry):
            self._merge(last, entry)
        else:
            self._send()
            self._last = self._fresh(entry, entry.old)
        self._sent = False
        self._due = now + self.timeout
        if self.config == ALL_NO_FILTER:
            self._send()

    def seconds(self, now: float) -> float | None:
        """How long until `expire` has something to do; None: nothing waits."""
        return None if self._last is None or self._sent else max(0.0, self._due - now)

    def expire(self, now: float, whatever: bool = False) -> None:
        """The time may be over: send what waits, and take its value for the old one of the next put."""
        if self.seconds(now) == 0.0 or whatever:
            self._send()

    def _goes_on(self, last: Entry, entry: Entry) -> bool:
        is_same = last.field == entry.field and self.config != ALL_NO_FILTER
        return is_same and (self._merges_characters or last.new.dbf != "CHAR")

    def _fresh(self, entry: Entry, old: Logged) -> Summary:
        return Summary(entry, old, entry.new.first, entry.new.first)

    def _merge(self, last: Summary, entry: Entry) -> None:
        if self._sent:
            self._last = self._fresh(entry, last.entry.new)
            return
        value = entry.new.first
        last.entry = entry
        if isinstance(value, str) or isinstance(last.least, str) or isinstance(last.greatest, str):
            return
        last.least, last.greatest = min(last.least, value), max(last.greatest, value)
        last.count += 1

    def _send(self) -> None:
        last = self._last
        if last is None or self._sent:
            return
        self._sent = True
        entry = last.entry
        if self.config == ON_CHANGE and last.count == 1 and entry.old.first == entry.new.first:
            return
        self._write(last)
