"""Async Soft Channel of epid: TRIG is written first, and waited for (EPICS: devEpidSoftCallback.c of std).

Database thread.
"""

from __future__ import annotations

from pydevpva.devices.soft import SoftInput
from pydevpva.engine.processing import complete
from pydevpva.records.core.alarm import INVALID, LINK, SOFT, raise_alarm
from pydevpva.records.core.record import Record


class TriggeredStep(SoftInput, dsets="devEpidSoftCB"):
    """Have the readback made by a put of TVAL to TRIG, if there is one.

    Only a put that is made as a client's is can be waited for.
    """

    __slots__ = ()

    def read(self, record: Record) -> int:
        if record.PACT:
            return super().read(record)
        if record.INP.is_constant and raise_alarm(record, SOFT, INVALID):
            return 0
        link = record.TRIG
        if hasattr(link, "put_async"):
            if link.put_async(record.TVAL, "DOUBLE", lambda error: complete(record)):
                record.PACT = 1
                return 0
        elif link.put(record.TVAL, "DOUBLE"):
            return super().read(record)
        raise_alarm(record, LINK, INVALID, "field TRIG")
        return -1
