"""bi: a two-state input (EPICS: biRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.results.scalar import state
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.simulation import RAW, YES
from pydevpva.records.shared.states import TwoStates


def _store(record: Record, result: object) -> int:
    """A result of user code: a label or a number."""
    record.RVAL = state(result, record.states(), 1)
    record.UDF = 0
    return 0


class Bi(TwoStates, Input, rtype="bi", soft="devBiSoft", raw="devBiSoftRaw", callback="devBiSoftCallback"):
    """Binary input: VAL is 0 or 1, from whether RVAL is 0."""

    __slots__ = ()
    pydev = PydevWay("VAL RVAL NAME TPRO ZNAM ONAM", _store)
    value_type = "USHORT"
    raw_type = "ULONG"
    simulation_type = "ULONG"
    simulation_start = "USHORT"
    simulation_modes = (YES, RAW)

    def remember(self) -> None:
        self.MLST = self.LALM = self.VAL
        self.ORAW = self.RVAL

    def convert(self, status: int) -> None:
        if status == 0:
            self.VAL = 1 if self.RVAL else 0
        super().convert(status)

    def simulated(self, raw: bool) -> int:
        self.UDF = 0
        if raw:
            self.RVAL = self.SVAL & 0xFFFF
            return 0
        self.VAL = self.SVAL & 0xFFFF
        return 2

    def check_alarms(self, before: int) -> None:
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)
        elif self.VAL <= 1:
            self.alarm_of_state()

    def monitor(self) -> None:
        mask = self.settle() | new_value(self)
        self.ORAW = self.RVAL
        self.post(mask)
