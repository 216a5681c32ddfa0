"""Data: the arrays of a scan, each twice: one is shown while the other is filled. Database thread.

PnRA and DnnDA are those of the last scan; PnCA and DnnCA those of the scan that runs, until its end.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pydevpva.records.core.values import Numbers
from pydevpva.records.shared.scan.names import DETECTORS, POSITIONERS

FIRST = DETECTORS[:4]  # have arrays from the start, as previews need them
LAST_FIELD = {**dict.fromkeys(POSITIONERS, "RA"), **dict.fromkeys(DETECTORS, "DA")}  # the other is CA


class Data:
    """`room`: the elements of each. `taken`: the detectors of the scan; the others show zeros."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.zeros = np.zeros(room, "f4")
        self._pairs: dict[str, list[Numbers]] = {name: _pair(room, "f8") for name in POSITIONERS}
        for name in FIRST:
            self.allocate(name)
        self._shown = 0
        self.taken: tuple[str, ...] = ()

    def allocate(self, detector: str) -> None:
        """Have arrays for it, from its first scan on."""
        if detector not in self._pairs:
            self._pairs[detector] = _pair(self.room, "f4")

    def filled(self, name: str) -> Numbers:
        """The array that is being filled."""
        return self._pairs[name][1 - self._shown]

    def last(self, name: str) -> Numbers:
        """That of the last scan."""
        return self._pairs[name][self._shown]

    def switch(self) -> None:
        """What was filled is shown."""
        self._shown = 1 - self._shown

    def fields(self, over: bool, preview: bool) -> Iterator[tuple[str, Numbers]]:
        """What each array field holds; `over`: the current arrays are the last, `preview`: the first detectors too."""
        for name, suffix in LAST_FIELD.items():
            if name in POSITIONERS or name in self.taken or (preview and name in FIRST):
                yield f"{name}{suffix}", self.last(name)
                yield f"{name}CA", self.last(name) if over else self.filled(name)
            else:
                yield f"{name}{suffix}", self.zeros
                yield f"{name}CA", self.zeros

    def repeat(self, point: int, names: tuple[str, ...], up_to: int) -> None:
        """Up to that element all are as the one of this point: who plots whole arrays sees no more than the scan."""
        end = self.room if up_to == -1 else min(up_to, self.room)
        for name in names:
            array = self.filled(name)
            array[point + 1 : max(end, 0)] = array[point]


def _pair(room: int, dtype: str) -> list[Numbers]:
    return [np.zeros(room, dtype), np.zeros(room, dtype)]
