"""longin: a 32-bit integer input (EPICS: longinRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.limits import check_filtered_limits, whole_deadbands

LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST SVAL"


class Longin(Input, rtype="longin", soft="devLiSoft", callback="devLiSoftCallback"):
    """Integer input with limits and deadbands."""

    __slots__ = ()
    pydev = PydevWay(pydev_ways.INTEGER, pydev_ways.number("LONG"))
    value_type = "LONG"
    simulation_type = "LONG"
    properties = properties(
        units="LONG",
        display={LIMITED: ("LOPR", "HOPR")},
        control={LIMITED: ("LOPR", "HOPR")},
        alarm={"VAL": "severity"},
    )

    def convert(self, status: int) -> None:
        if status == 0 or status == 2:
            self.UDF = 0

    check_alarms = check_filtered_limits

    def monitor(self) -> None:
        self.post(self.settle() | whole_deadbands(self))
