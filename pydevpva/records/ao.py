"""ao: an analog output, limited, ramped and converted to a raw integer (EPICS: aoRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Scalar, Value
from pydevpva.records.shared import conversion, pydev_ways
from pydevpva.records.shared.limits import check_limits, deadbands
from pydevpva.records.shared.output import CLOSED_LOOP, Output
from pydevpva.records.shared.simulation import RAW, YES

_LIMITED = "VAL OVAL PVAL HIHI HIGH LOW LOLO LALM ALST MLST"
_INCREMENTAL = 1
_LONG_MAX, _LONG_MIN = 0x7FFFFFFF, -0x80000000


def _device_number(record: Record) -> float:
    """VAL as user code sees it: the device's number of what is put out, limited and ramped."""
    value: float = record.OVAL - record.AOFF
    return value / record.ASLO if record.ASLO != 0.0 else value


def _store(record: Record, result: object) -> int:
    """A result of user code is the device's number."""
    value = pydev_ways.double(result)
    if record.ASLO != 0.0:
        value *= record.ASLO
    record.VAL = value + record.AOFF
    record.UDF = 0
    return 2


class Ao(Output, rtype="ao", soft="devAoSoft", raw="devAoSoftRaw", callback="devAoSoftCallback"):
    """Analog output: VAL limited to DRVL..DRVH, OVAL follows by at most OROC, RVAL is OVAL converted."""

    __slots__ = ()
    pydev = PydevWay(pydev_ways.NUMBER + " PREC RVAL ORAW", _store, number=_device_number, of="OVAL")
    value_type = "DOUBLE"
    raw_type = "LONG"
    simulation_modes = (YES, RAW)
    properties = properties(
        units="DOUBLE",
        units_not="ASLO AOFF",
        precision="VAL OVAL PVAL",
        display={_LIMITED + " IVOV": ("LOPR", "HOPR")},
        control={_LIMITED: ("DRVL", "DRVH")},
        alarm={"VAL": "severity"},
    )

    def load_desired(self) -> None:
        if (value := self.DOL.load("DOUBLE")) is not None:
            self.VAL = value
            self.UDF = 1 if value != value else 0

    def start(self) -> None:
        conversion.start(self)

    def started(self, status: int) -> None:
        if status == 0:
            self.VAL = conversion.to_engineering(self, self.RVAL)
            self.UDF = 1 if self.VAL != self.VAL else 0

    def remember(self) -> None:
        super().remember()
        self.OVAL = self.PVAL = self.VAL
        self.ORAW, self.ORBV = self.RVAL, self.RBV

    def fetch(self) -> None:
        value = self.VAL
        if self.OMSL == CLOSED_LOOP and not self.DOL.is_constant:
            active, self.PACT = self.PACT, 1
            self.VAL = self.PVAL  # in closed loop puts to VAL have no effect
            value = self.DOL.get("DOUBLE")
            self.PACT = active
            if value is NO_DATA:
                value = self.VAL
            elif value is None:
                self.status = -1
            elif self.OIF == _INCREMENTAL:
                value += self.VAL
        if value is not None:
            self.convert(value)
        self.UDF = 1 if self.VAL != self.VAL else 0

    def convert(self, value: Scalar) -> None:
        if self.DRVH > self.DRVL:
            value = min(max(value, self.DRVL), self.DRVH) if value == value else value
        self.VAL = self.PVAL = value
        value = self._ramped(float(value))
        self.OMOD = 1 if self.OVAL != value else 0
        self.OVAL = value
        raw = conversion.to_raw(self, value)
        if raw is not None:
            self.RVAL = _rounded(raw)

    def _ramped(self, value: float) -> float:
        """At most OROC away from the last output."""
        rate, old = self.OROC, self.OVAL
        if rate != 0:
            if value - old < 0:
                return float(old - rate) if rate < old - value else value
            if rate < value - old:
                return float(old + rate)
        return value

    def take_ivov(self) -> None:
        self.VAL = self.IVOV
        self.convert(self.IVOV)

    def soft_write(self, link: Link) -> int:
        """Soft Channel: OVAL to the link."""
        return 0 if link.put(self.OVAL, "DOUBLE") else -1

    def simulated(self) -> tuple[Value, str]:
        return (self.RVAL, "LONG") if self.SIMM == RAW else (self.OVAL, "DOUBLE")

    check_alarms = check_limits

    def monitor(self) -> None:
        mask = self.settle() | deadbands(self)
        if mask or self.OMOD:
            self.OMOD = 0
            self.ORAW, self.ORBV = self.RVAL, self.RBV
        self.INIT = 0
        self.post(mask)

    def special(self, field: str, after: bool) -> None:
        if field in conversion.FIELDS:
            conversion.special(self)
        else:
            super().special(field, after)


def _rounded(value: float) -> int:
    """The nearest 32-bit integer, halves away from zero."""
    if value >= 0.0:
        return _LONG_MAX if value >= _LONG_MAX - 0.5 else int(value + 0.5)
    if value > 0.5 + _LONG_MIN:
        return int(value - 0.5)
    return _LONG_MIN
