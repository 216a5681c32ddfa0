"""stringin: a string of up to 39 bytes as input (EPICS: stringinRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.input import Input
from pydevpva.records.links import NO_DATA, Link
from pydevpva.records.longstring import always


class Stringin(Input, rtype="stringin"):
    """String input."""

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
        self.OVAL = self.VAL

    def convert(self, status: int) -> None:
        if status == 2:
            self.UDF = 0

    def monitor(self) -> None:
        mask = self.settle()
        if self.OVAL != self.VAL:
            mask |= DBE_VALUE | DBE_LOG
            self.OVAL = self.VAL
        self.post(mask | always(self))
