"""A link that leads nowhere. Database thread."""

from __future__ import annotations

from pydevpva.engine.links.computed import ComputedLink
from pydevpva.records.core.values import Value


class BrokenLink(ComputedLink):
    """A link whose far end does not exist: LINK/INVALID on every use, like a link that never connects."""

    __slots__ = ()

    def value(self) -> None:
        return None

    def put(self, value: Value, dbf: str) -> bool:
        self.failed()
        return False

    def connected(self) -> bool:
        return False

    def source(self) -> tuple[str, int] | None:
        return None
