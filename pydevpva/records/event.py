"""event: posts a named event, which processes the records with SCAN Event (EPICS: eventRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.input import Input


class Event(Input, rtype="event", soft="devEventSoft"):
    """Posts the event that VAL names, whatever happened when VAL was read."""

    __slots__ = ()
    pydev = pydev_ways.STRING
    value_type = "STRING"
    constant_status = 0
    simulation_type = "STRING"

    def remember(self) -> None:
        """There are no last values."""

    def convert(self, status: int) -> None:
        if status == 2:
            self.UDF = 0
        self.host.post_event(self.VAL)

    def monitor(self) -> None:
        self.post(self.settle() | DBE_VALUE)
