"""TableChannel: what clients see of a table record: an NTTable. Database thread.

The columns are the members of a structure: other columns are another type. p4p keeps the type of a PV as long as it is
open, so the PV closes then, and reopens when its clients connect again, which they do by themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from p4p import Value

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types import metadata
from pydevpva.pva.types.p4p_types import Posting
from pydevpva.pva.types.shape import Leaves, Shape
from pydevpva.pva.types.table import table_of
from pydevpva.records.core.alarm import DBE_ALARM, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)


class TableChannel:
    """A sink of a table record that keeps an open p4p SharedPV up to date."""

    __slots__ = ("_alarm", "_pv", "_renew", "_shown", "_signature", "address", "shape")

    def __init__(self, address: Address, pv: Posting, renew: Callable[[], None]) -> None:
        self.address, self._pv, self._renew = address, pv, renew
        self._signature = _table(address.record).VAL.signature
        self.shape: Shape = table_of(self._signature)

    def open(self) -> None:
        """Give the PV its type and first value, every leaf of it marked, and follow the record from now on."""
        record = self.address.record
        self._alarm = metadata.alarm_state(record)
        self._pv.open(Value(self.shape.type, self._leaves(record) | metadata.alarm(record)))
        record.attach(self)

    def leave(self) -> None:
        """Follow the record no more; the PV is closed."""
        self.address.record.detach(self)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """See records.core.record.Sink. A bug here does not stop the record."""
        try:
            record.host.loop.end_pass()  # updates stay in the order of the changes
            if field == "VAL" and mask == 0:  # a put that no processing has posted
                mask = DBE_VALUE if _table(record).VAL is not self._shown else 0
            if field in (None, "VAL"):
                self._processed(record, mask)
            elif mask & DBE_PROPERTY or field == "DESC":
                self._pv.post(Value(self.shape.type, {"descriptor": wire.text(_table(record).description())}))
        except Exception:
            log.exception("internal error: %s cannot be posted", record.NAME)
            self._alarm = metadata.alarm_state(record)
            self._pv.post(Value(self.shape.type, metadata.alarm(record) | _stamp(record)))

    def _processed(self, record: Record, mask: int) -> None:
        if mask & DBE_VALUE and _table(record).VAL.signature != self._signature:
            self._renew()
            return
        leaves = self._leaves(record) if mask & DBE_VALUE else _stamp(record)
        news = metadata.alarm_state(record) != self._alarm
        if news:
            leaves.update(metadata.alarm(record))
            self._alarm = metadata.alarm_state(record)
        if news or mask & (DBE_VALUE | DBE_ALARM):
            self._pv.post(Value(self.shape.type, leaves))

    def _leaves(self, record: Record) -> Leaves:
        held = _table(record)
        self._shown = held.VAL
        leaves: Leaves = {"labels": wire.texts(held.labels()), "descriptor": wire.text(held.description())}
        for name, column in held.VAL.columns.items():
            leaves[f"value.{name}"] = wire.texts(column) if isinstance(column, list) else column
        return leaves | _stamp(record)


def _table(record: Record) -> Any:
    return record


def _stamp(record: Record) -> Leaves:
    return metadata.stamp(record, metadata.nanosecond_mask(record))
