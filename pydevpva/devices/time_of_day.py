"""Time of Day and Sec Past Epoch: the time when the record processes (EPICS: devTimeOfDay.c of std). Database thread.

PHAS other than 0 chooses a second form.
"""

from __future__ import annotations

from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES
from pydevpva.records.shared.timetext import formatted, seconds


class TimeOfDay(DeviceSupport, dsets="devSiTodString", offers=("stringin", "Time of Day")):
    """Nov 29, 2026 12:00:00; with PHAS 11/29/26 12:00:00."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        record.stamp()
        text = "%m/%d/%y %H:%M:%S" if record.PHAS else "%b %d, %Y %H:%M:%S"
        record.VAL = formatted(record.TIME, text, STRING_BYTES)
        record.UDF = 0
        return 0


class SecondsPastEpoch(DeviceSupport, dsets="devAiTodSeconds", offers=("ai", "Sec Past Epoch")):
    """Whole seconds since 1990; with PHAS fractions of them too."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        record.stamp()
        now = seconds(record.TIME)
        record.VAL = now if record.PHAS else float(int(now))
        record.UDF = 0
        return 2
