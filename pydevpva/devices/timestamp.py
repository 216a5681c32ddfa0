"""Soft Timestamp: the record's time as seconds or as text (EPICS: std/dev/devTimestamp.c). Database thread."""

from __future__ import annotations

from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES
from pydevpva.records.shared.timetext import formatted, seconds


class TimestampSeconds(DeviceSupport, dsets="devTimestampAI"):
    """VAL is the time in seconds since 1990."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        record.stamp()
        record.VAL = seconds(record.TIME)
        record.UDF = 0
        return 2


class TimestampText(DeviceSupport, dsets="devTimestampSI"):
    """VAL is the time in the format after "@"."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        record.stamp()
        record.VAL = formatted(record.TIME, parameter(record, "INP"), STRING_BYTES)
        record.UDF = 0
        return 0
