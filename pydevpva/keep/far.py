"""PVs of other IOCs, found over whichever protocol answers, as links with a plain name are. Database thread.

The rules are those of engine/links/searched.py: an answer of the preferred protocol counts at once, that of another
when nobody else has come within GRACE; who is lost is looked for by its own protocol alone for LOYAL seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from pydevpva.engine.links.searched import GRACE, LOYAL
from pydevpva.loop import Loop
from pydevpva.records.core.values import Value
from pydevpva.timers import Timer

Done = Callable[[str | None], None]


class FarPV(Protocol):
    """A PV of another IOC, which is watched from the start."""

    @property
    def is_there(self) -> bool:
        """Somebody has it."""

    def value(self) -> tuple[str, Value] | None:
        """DBF type and value; None: nobody is there."""

    def put(self, value: Value, done: Done) -> None:
        """Write it, once somebody is there; done(None or error)."""

    def close(self) -> None: ...


Watch = Callable[[str, Callable[[], None]], FarPV]  # by name, and what is called at each update


class FarPVs:
    """`watches`: how each protocol watches a PV, the preferred one first."""

    def __init__(self, loop: Loop, *watches: Watch) -> None:
        self._loop, self._watches = loop, watches

    def watch(self, name: str, updated: Callable[[], None]) -> FarPV:
        """Look for a PV by all protocols."""
        return SearchedPV(self._loop, [partial(watch, name) for watch in self._watches], updated)


class SearchedPV:
    """A PV of which it is not known who serves it."""

    def __init__(
        self, loop: Loop, watches: Sequence[Callable[[Callable[[], None]], FarPV]], updated: Callable[[], None]
    ) -> None:
        self._loop, self._watches, self._tell = loop, watches, updated
        self._pvs: dict[int, FarPV] = {}  # those that look for it, by their places in `watches`
        self._winner = -1
        self._timer: Timer | None = None
        self._sent: tuple[Value, Done] | None = None  # that waits for somebody to answer
        self._look()

    @property
    def is_there(self) -> bool:
        return self._winner >= 0 and self._pvs[self._winner].is_there

    def value(self) -> tuple[str, Value] | None:
        return self._pvs[self._winner].value() if self._winner >= 0 else None

    def put(self, value: Value, done: Done) -> None:
        if self._winner >= 0:
            self._pvs[self._winner].put(value, done)
        else:
            self._sent = value, done

    def close(self) -> None:
        self._after(None)
        self._winner = -1
        while self._pvs:
            self._pvs.popitem()[1].close()

    # ---- the search ----

    def _look(self) -> None:
        """Let each look for it that does not."""
        self._timer = None
        for place, watch in enumerate(self._watches):
            if place not in self._pvs:
                self._pvs[place] = watch(partial(self._updated, place))
                self._updated(place)  # it may have been there at once
            if self.is_there:
                return

    def _updated(self, place: int) -> None:
        """One of them has news."""
        if (pv := self._pvs.get(place)) is None:
            return
        if not pv.is_there:
            self._not_there(place)
        elif place in (0, self._winner):
            self._choose(place)
        elif self._timer is None:
            self._after(GRACE, self._choose, place)

    def _not_there(self, place: int) -> None:
        if place != self._winner:
            self._after(None)  # it had answered, and was to be chosen
            return
        if self._timer is None and len(self._pvs) == 1:
            self._after(LOYAL, self._look)
        self._tell()

    def _choose(self, place: int) -> None:
        """This one has it; the others need not look any more."""
        self._after(None)
        self._winner = place
        for other in [other for other in self._pvs if other != place]:
            self._pvs.pop(other).close()
        if self._sent is not None:
            (value, done), self._sent = self._sent, None
            self._pvs[place].put(value, done)
        self._tell()

    def _after(self, seconds: float | None, work: Callable[..., None] | None = None, *args: object) -> None:
        """Do that next, and nothing else."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.after(seconds, work, *args) if seconds is not None and work is not None else None
