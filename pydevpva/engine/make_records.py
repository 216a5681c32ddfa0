"""From record instances to records, many at once: what iocInit spends its time on. Database thread."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pydevpva.db.dbf import LINKS
from pydevpva.db.model import RecordInstance
from pydevpva.records.core.factory import Factory
from pydevpva.records.core.record import Host, Record

Links = dict[str, str]  # link fields and their texts, to be opened when all records are there


class Maker:
    """Makes the records of one type. A text that was converted once for a field is not converted again."""

    def __init__(self, factory: Factory, rtype: str, host: Host) -> None:
        self._factory, self._rtype, self._host = factory, rtype, host
        self._class = factory.record_class(rtype)
        self._fields = self._class.rtype.fields
        self._links = frozenset(name for name, field in self._fields.items() if field.type in LINKS)
        self._strings = frozenset(name for name, field in self._fields.items() if field.type == "STRING")
        self._seen: dict[str, dict[str, Any]] = {name: {} for name in self._fields}

    def make(self, instance: RecordInstance) -> tuple[Record, Links]:
        """The record, and its links as text."""
        record = self._class(self._host)
        record.NAME, record.info = instance.name, instance.infos
        record.aliases = instance.aliases
        links: Links = {}
        for name, given in instance.fields.items():
            text = given.text
            if name in self._strings:
                setattr(record, name, text)
            elif name in self._links:
                links[name] = text
            else:
                seen = self._seen[name]
                if text not in seen:
                    seen[text] = self._factory.parse(self._fields[name], text, self._rtype)
                setattr(record, name, seen[text])
            if name == "VAL":
                record.UDF = 0  # a UDF that is written behind it counts
        return record, links


def create(
    instances: Iterable[RecordInstance], order: dict[str, int], factory: Factory, host: Host
) -> Iterator[tuple[Record, Links]]:
    """All records, by type in EPICS's order and within a type as loaded."""
    makers: dict[str, Maker] = {}
    for instance in sorted(instances, key=lambda i: order.get(i.type, len(order))):
        maker = makers.get(instance.type)
        if maker is None:
            maker = makers[instance.type] = Maker(factory, instance.type, host)
        yield maker.make(instance)


USUAL = gc.get_threshold()
SELDOM = 100  # of so many collections one is full, not Python's 10: it would look at all that scans wait for, 40 ms


@contextmanager
def for_good() -> Iterator[None]:
    """What is made in here stays: the garbage collector neither looks at it now nor ever again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if gc.get_threshold() == USUAL:  # otherwise users have chosen
            gc.set_threshold(*USUAL[:2], SELDOM)
        if collects:
            gc.enable()
