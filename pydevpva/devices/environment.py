"""getenv: the value of an environment variable (EPICS: std/dev/devEnviron.c). Database thread."""

from __future__ import annotations

import os

from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, clip_text
from pydevpva.records.shared.longstring import LongString


class Environment(DeviceSupport, dsets="devLsiEnviron devSiEnviron"):
    """VAL is the variable named after "@"; one that is not set is UDF."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        value = os.environ.get(parameter(record, "INP"))
        if isinstance(record, LongString):
            record.set_text(value or "")
        else:
            record.VAL = clip_text(value or "", STRING_BYTES)
        record.UDF = 1 if value is None else 0
        if value is None:
            raise_alarm(record, UDF, record.UDFS, "No such ENV")
        return 0
