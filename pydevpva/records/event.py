"""event: posts a named event, which processes the records with SCAN Event (EPICS: eventRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.alarm import DBE_VALUE
from pydevpva.records.input import Input
from pydevpva.records.links import NO_DATA, Link


class Event(Input, rtype="event"):
    """Posts the event that VAL names, whatever happened when VAL was read."""

    __slots__ = ()
    value_type = "STRING"
    simulation_type = "STRING"

    def soft_read(self, link: Link) -> int:
        """A constant leaves UDF as it is."""
        value = link.get("STRING")
        if value is None:
            return -1
        if value is NO_DATA:
            return 0
        self.VAL = value
        return 2

    def remember(self) -> None:
        """There are no last values."""

    def convert(self, status: int) -> None:
        if status == 2:
            self.UDF = 0
        self.host.post_event(self.VAL)

    def monitor(self) -> None:
        self.post(self.settle() | DBE_VALUE)
