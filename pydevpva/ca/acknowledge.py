"""Alarm handlers' DBR_PUT_ACKT and DBR_PUT_ACKS (EPICS: dbAccess.c putAckt, putAcks). Database thread."""

from __future__ import annotations

from pydevpva.ca.dbr import PUT_ACKT
from pydevpva.records.core.alarm import DBE_ALARM, DBE_VALUE
from pydevpva.records.core.arrays import first, is_array
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Sent


def acknowledge(record: Record, kind: int, sent: Sent) -> None:
    """Whether transient alarms must be acknowledged, or an alarm up to this severity is."""
    value = first(sent) if is_array(sent) else sent
    assert isinstance(value, (int, float))
    if kind == PUT_ACKT:
        _transient(record, int(value) & 0xFFFF)
    elif int(value) & 0xFFFF >= record.ACKS:
        _set(record, "ACKS", 0)
        record.post(DBE_ALARM)


def _transient(record: Record, wanted: int) -> None:
    if wanted == record.ACKT:
        return
    _set(record, "ACKT", wanted)
    if not wanted and record.ACKS > record.SEVR:
        _set(record, "ACKS", record.SEVR)
    record.post(DBE_ALARM)


def _set(record: Record, field: str, value: int) -> None:
    setattr(record, field, value)
    record.post_field(field, DBE_VALUE | DBE_ALARM)
