"""stringin: a string of up to 39 bytes as input (EPICS: stringinRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.longstring import post_string


class Stringin(Input, rtype="stringin", soft="devSiSoft", callback="devSiSoftCallback"):
    """String input."""

    __slots__ = ()
    pydev = pydev_ways.STRING
    value_type = "STRING"
    constant_status = 0
    simulation_type = "STRING"

    def remember(self) -> None:
        self.OVAL = self.VAL

    def convert(self, status: int) -> None:
        if status == 2:
            self.UDF = 0

    def monitor(self) -> None:
        post_string(self)
