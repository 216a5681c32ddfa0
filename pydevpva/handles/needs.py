"""Which records a put waits for: those it reached that are active, and what these wait for. Database thread."""

from __future__ import annotations

from collections.abc import Collection

from pydevpva.engine.put import Put
from pydevpva.records.core.record import Record


def needs(put: Put, pending: Collection[Put]) -> list[str]:
    """The names; in place of a record that waits for a put of its own (WAIT, Async Soft Channel), what that needs."""
    names: set[str] = set()
    ahead, seen = [put], {put}
    while ahead:
        for record in ahead.pop().active():
            far = _target(record)
            behind = [p for p in pending if far is not None and p.address.record is far and p not in seen]
            if behind:
                ahead += behind
                seen.update(behind)
            else:
                names.add(record.NAME)
    return sorted(names)


def _target(record: Record) -> Record | None:
    """The record of this IOC that its OUT leads to."""
    address = getattr(getattr(record, "OUT", None), "address", None)
    target: Record | None = getattr(address, "record", None)
    return target
