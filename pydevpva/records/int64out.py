"""int64out: a 64-bit integer output (EPICS: int64outRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.values import Scalar
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.limits import check_limits, whole_deadbands
from pydevpva.records.shared.output import Output

LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST"


class Int64out(Output, rtype="int64out", soft="devI64outSoft", callback="devI64outSoftCallback"):
    """Integer output of 64 bits limited to DRVL..DRVH; its limits show whether they alarm or not."""

    __slots__ = ()
    pydev = PydevWay(pydev_ways.INTEGER, pydev_ways.number("INT64"))
    value_type = "INT64"
    tells_failure = False
    properties = properties(
        units="INT64",
        display={LIMITED: ("LOPR", "HOPR")},
        control={LIMITED: ("LOPR", "HOPR")},
        driven=LIMITED,
        alarm={"VAL": "always"},
    )

    def load_desired(self) -> None:
        if not str(self.DOL).startswith("{"):  # int64outRecord.c looks at plain constants only
            super().load_desired()

    def convert(self, value: Scalar) -> None:
        if self.DRVH > self.DRVL:
            value = min(max(value, self.DRVL), self.DRVH)
        self.VAL = value

    check_alarms = check_limits

    def monitor(self) -> None:
        self.post(self.settle() | whole_deadbands(self))
