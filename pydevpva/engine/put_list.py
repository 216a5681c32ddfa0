"""PutList: puts to several fields that are answered as one. Database thread."""

from __future__ import annotations

from collections.abc import Iterable

from pydevpva.engine.address import Address
from pydevpva.engine.put import CANCELLED, Done, PlainPut, Puts
from pydevpva.records.core.values import Sent


class PutList:
    """Starts puts that wait, in the order given; `done` is told the first error, or None, when all have completed."""

    __slots__ = ("_done", "_error", "_left", "_parts")

    def __init__(self, puts: Puts, work: Iterable[tuple[Address, Sent]], process_it: bool | None, done: Done) -> None:
        self._done, self._error = done, ""
        self._parts = [PlainPut(puts, address, value, process_it, True, self._over) for address, value in work]
        self._left = len(self._parts)
        for part in self._parts:
            part.start()
        if not self._parts:
            done(None)

    def _over(self, error: str | None) -> None:
        """One of them is over."""
        self._error = self._error or error or ""
        self._left -= 1
        if self._left == 0:
            self._done(self._error or None)

    def cancel(self, reason: str = CANCELLED) -> None:
        """What has not begun is dropped."""
        for part in self._parts:
            part.cancel(reason)
