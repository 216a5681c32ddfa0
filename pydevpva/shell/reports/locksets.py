"""Which records hang together by database links (dbLock.c)."""

from __future__ import annotations

from collections.abc import Iterable

from pydevpva.db.dbf import LINKS
from pydevpva.records.core.record import Record

FIRST = 2  # EPICS's first record has this number


def lock_sets(records: Iterable[Record], targets: Iterable[list[Record]]) -> list[tuple[int, list[Record]]]:
    """(number, members) of each set, numbered by the place of its first record; `targets`: what each is `linked` to.

    On any thread.
    """
    order = list(records)
    place = {record: i for i, record in enumerate(order)}
    parent = list(range(len(order)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    for i, far_ends in enumerate(targets):
        for target in far_ends:
            a, b = root(i), root(place[target])
            parent[max(a, b)] = min(a, b)
    sets: dict[int, list[Record]] = {}
    for i, record in enumerate(order):
        sets.setdefault(root(i), []).append(record)
    return [(number + FIRST, members) for number, members in sorted(sets.items())]


def linked(record: Record) -> list[Record]:
    """The records at the far ends of a record's database links: not those by CA, CP or CPP.

    On the database thread.
    """
    found = []
    for field in record.rtype.fields.values():
        if field.type in LINKS:
            link = getattr(record, field.name)
            address = getattr(link, "address", None)
            if address is not None and not link.is_volatile:
                found.append(address.record)
    return found
