"""stringout: a string of up to 39 bytes as output (EPICS: stringoutRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.longstring import post_string
from pydevpva.records.shared.output import Output


class Stringout(Output, rtype="stringout", soft="devSoSoft", callback="devSoSoftCallback"):
    """String output."""

    __slots__ = ()
    pydev = pydev_ways.STRING
    value_type = "STRING"

    def remember(self) -> None:
        self.OVAL = self.VAL

    def check_alarms(self) -> None:
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)

    def monitor(self) -> None:
        post_string(self)
