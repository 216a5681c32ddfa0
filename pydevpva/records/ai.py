"""ai: an analog input, converted from a raw integer (EPICS: aiRecord.c). Database thread."""

from __future__ import annotations

import math

from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.shared import conversion, pydev_ways
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.limits import check_filtered_limits, deadbands
from pydevpva.records.shared.simulation import RAW, YES

_LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST SVAL"


def _device_number(record: Record) -> float:
    """VAL as user code sees it: the device's number."""
    value: float = record.VAL - record.AOFF
    return value / record.ASLO if record.ASLO != 0.0 else value


def _store(record: Record, result: object) -> int:
    """A result of user code is the device's number."""
    value = pydev_ways.double(result) * record.ASLO + record.AOFF
    if record.SMOO != 0.0 and not record.UDF and math.isfinite(record.VAL):
        # PyDevice smooths with the device's number, not with VAL
        value = _device_number(record) * record.SMOO + value * (1.0 - record.SMOO)
    record.VAL = value
    record.UDF = 0
    return 2


class Ai(Input, rtype="ai", soft="devAiSoft", raw="devAiSoftRaw", callback="devAiSoftCallback"):
    """Analog input: VAL = (RVAL + ROFF) * ASLO + AOFF through LINR, smoothed by SMOO."""

    __slots__ = ("smoothed",)
    pydev = PydevWay(pydev_ways.NUMBER + " PREC RVAL ORAW", _store, number=_device_number, of="VAL")
    value_type = "DOUBLE"
    raw_type = "LONG"
    simulation_type = "DOUBLE"
    simulation_modes = (YES, RAW)
    properties = properties(
        units="DOUBLE",
        units_not="ASLO AOFF SMOO",
        precision="VAL",
        display={_LIMITED: ("LOPR", "HOPR")},
        control={_LIMITED: ("LOPR", "HOPR")},
        alarm={"VAL": "severity"},
    )

    def start(self) -> None:
        conversion.start(self)
        self.smoothed = False  # a soft channel's first value is not smoothed

    def remember(self) -> None:
        """EPICS leaves MLST, ALST, LALM and ORAW at 0 when there is device support, so the first value is posted."""

    def convert(self, status: int) -> None:
        if status == 0:
            value = conversion.to_engineering(self, self.RVAL)
            if self.SMOO != 0.0 and math.isfinite(self.VAL):
                before = value if self.INIT else self.VAL
                value = value * (1.0 - self.SMOO) + before * self.SMOO
            self.VAL = value
        if status in (0, 2):
            self.UDF = 1 if self.VAL != self.VAL else 0
        self.INIT = 0

    def soft_read(self, link: Link) -> int:
        """Soft Channel: VAL from the link, smoothed."""
        value = link.get("DOUBLE")
        if value is NO_DATA:
            return 2
        if value is None:
            self.smoothed = False
            return -1
        if self.SMOO != 0.0 and self.smoothed and math.isfinite(self.VAL):
            value = value * (1.0 - self.SMOO) + self.VAL * self.SMOO
        self.VAL, self.UDF, self.smoothed = value, 0, True
        return 2

    def simulated(self, raw: bool) -> int:
        if raw:
            self.RVAL = math.floor(self.SVAL)
            return 0
        self.VAL = self.SVAL
        return 2

    check_alarms = check_filtered_limits

    def monitor(self) -> None:
        mask = self.settle() | deadbands(self)
        if mask:
            self.ORAW = self.RVAL
        self.post(mask)

    def special(self, field: str, after: bool) -> None:
        if field in conversion.FIELDS:
            conversion.special(self)
        else:
            super().special(field, after)
