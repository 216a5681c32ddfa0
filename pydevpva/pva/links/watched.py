"""WatchedPV: a PV of another IOC, read and written by those who are no link. Database thread."""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.pva.links.client import RemotePV
from pydevpva.pva.links.far import Far, filler
from pydevpva.pva.links.operations import Done, Part
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core.arrays import copy, is_array
from pydevpva.records.core.values import Value


class WatchedPV:
    """Subscribes as a link does, and keeps the connection until it is closed. `updated` is called at each change."""

    order = 0

    def __init__(self, pv: RemotePV, updated: Callable[[], None]) -> None:
        self._pv, self._updated = pv, updated
        self._far: Far | None = None
        self._sent: tuple[Value, Done] | None = None  # that waits for its turn
        pv.add(self)

    @property
    def place(self) -> str:
        """It is no field of a record; who watches says what is missing."""
        return ""

    @property
    def is_there(self) -> bool:
        """Somebody has it."""
        return self._far is not None

    def value(self) -> tuple[str, Value] | None:
        """DBF type and value; None: nobody is there, or it is no scalar and no array."""
        if self._far is None:
            return None
        try:
            dbf, _ = self._far.source()
            value = self._far.whole()
        except (ValueError, TypeError, KeyError):
            return None
        if isinstance(value, (bool, int, float, str)) or is_array(value):
            return "STRING" if isinstance(value, str) else dbf, copy(value)
        return None

    def put(self, value: Value, done: Done) -> None:
        """Write it, once somebody is there; done(None or error) when the far end has completed it."""
        self._sent = value, done
        self._pv.put()

    def close(self) -> None:
        """No longer watch."""
        self._pv.remove(self)
        self._far = None

    # ---- what RemotePV tells ----

    def connected_to(self, root: Structure) -> None:
        self._far = Far(root, "")

    def disconnected_from(self) -> None:
        self._far = None

    def unpacking(self) -> Callable[[], None] | None:
        return None

    def updated(self) -> None:
        self._updated()

    def take_put(self) -> Part | None:
        if self._sent is None or self._far is None:
            return None
        (value, done), self._sent = self._sent, None
        return Part(filler(self._far, value), "", [done])
