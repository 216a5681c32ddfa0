"""mbbi: an input of up to sixteen states (EPICS: mbbiRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.results.scalar import NUMBERS, ResultError, label_index, state_number
from pydevpva.records.shared import bits, states
from pydevpva.records.shared import bits as register
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.simulation import RAW, YES
from pydevpva.records.shared.states import SixteenStates


def _store(record: Record, result: object) -> int:
    """A result of user code: a label is VAL, whatever the states' values are; a number is RVAL, and looked up among
    these."""
    choices = record.states()
    if (index := label_index(result, choices)) is not None:
        bits.to_raw(record, getattr(record, states.VALUES[index]))
        record.VAL, status = index, 2
    else:
        number = int(NUMBERS["ULONG"](state_number(result, choices)))
        if number and choices and not record.has_values():
            raise ResultError(f"{number}: no state has a value; give the label, or set ZRVL, ONVL ...")
        record.RVAL, status = number, 0
    record.UDF = 0
    return status


class Mbbi(
    SixteenStates, Input, rtype="mbbi", soft="devMbbiSoft", raw="devMbbiSoftRaw", callback="devMbbiSoftCallback"
):
    """Multi-bit binary input: VAL is the state whose value is RVAL >> SHFT.

    AFTC has no effect, as in EPICS, where the filter's level AFVL is never stored.
    """

    __slots__ = ()
    pydev = PydevWay(" ".join(("VAL RVAL NAME TPRO", *states.VALUES, *states.STRINGS)), _store)
    value_type = "USHORT"
    raw_type = "LONG"
    simulation_type = "ULONG"
    simulation_start = "USHORT"
    simulation_modes = (YES, RAW)

    def start(self) -> None:
        register.start_mask(self)
        self.define_states()

    def remember(self) -> None:
        self.MLST = self.LALM = self.VAL
        self.ORAW = self.RVAL

    def convert(self, status: int) -> None:
        if status == 0:
            self.VAL = self.state_of(register.from_raw(self))
        super().convert(status)

    def simulated(self, raw: bool) -> int:
        self.UDF = 0
        if raw:
            self.RVAL = self.SVAL
            return 0
        self.VAL = self.SVAL & 0xFFFF
        return 2

    def check_alarms(self, before: int) -> None:
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)
            self.AFVL = 0.0
        else:
            self.alarm_of_state(self.state_severity())

    def monitor(self) -> None:
        mask = self.settle() | new_value(self)
        self.ORAW = self.RVAL
        self.post(mask)
