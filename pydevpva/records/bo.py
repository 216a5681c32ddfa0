"""bo: a two-state output, with HIGH a pulse (EPICS: boRecord.c). Database thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Scalar, Value
from pydevpva.records.results.scalar import state
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.output import Output
from pydevpva.records.shared.simulation import RAW, YES
from pydevpva.records.shared.states import TwoStates

if TYPE_CHECKING:
    from pydevpva.timers import Timer

_HIGH_LIMIT = 100000.0  # boHIGHlimit


def _store(record: Record, result: object) -> int:
    """A result of user code: a label or a number."""
    record.VAL = state(result, record.states(), 1)
    record.RVAL = (record.MASK or 1) if record.VAL else 0
    record.UDF = 0
    return 2


class Bo(TwoStates, Output, rtype="bo", soft="devBoSoft", raw="devBoSoftRaw", callback="devBoSoftCallback"):
    """Binary output: RVAL is MASK (or 1) or 0. After HIGH seconds a 1 goes back to 0."""

    __slots__ = ("timer",)
    pydev = PydevWay("VAL RVAL NAME TPRO ZNAM ONAM", _store)
    value_type = "USHORT"
    raw_type = "LONG"
    simulation_modes = (YES, RAW)
    properties = properties(
        units_fields={"HIGH": "s"}, precision="", precision_fields={"HIGH": 2}, control={"HIGH": (0.0, _HIGH_LIMIT)}
    )
    timer: Timer | None

    def load_desired(self) -> None:
        if (value := self.DOL.load("USHORT")) is not None:
            self.VAL = 1 if value else 0
            self.UDF = 0

    def start(self) -> None:
        self.timer = None

    def started(self, status: int) -> None:
        if status == 0:
            self.VAL = 1 if self.RVAL else 0
            self.UDF = 0

    def remember(self) -> None:
        self.convert(self.VAL)
        self.MLST = self.LALM = self.VAL
        self.ORAW, self.ORBV = self.RVAL, self.RBV

    def fetch(self) -> bool | None:
        """Without a value from DOL the one that is there is converted once more."""
        stamp = super().fetch()
        if self.status:
            self.convert(self.VAL)
        return stamp

    def convert(self, value: Scalar) -> None:
        self.VAL = value
        self.RVAL = (self.MASK if value else 0) if self.MASK else value

    def take_ivov(self) -> None:
        self.convert(self.IVOV)

    def simulated(self) -> tuple[Value, str]:
        return (self.RVAL, "ULONG") if self.SIMM == RAW else (self.VAL, "USHORT")

    def check_alarms(self) -> None:
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)
        self.alarm_of_state()

    def monitor(self) -> None:
        self._start_pulse()
        mask = self.settle() | new_value(self)
        self.ORAW, self.ORBV = self.RVAL, self.RBV
        self.post(mask)

    def _start_pulse(self) -> None:
        """Once more HIGH seconds, when VAL is 1."""
        if self.VAL == 1 and self.HIGH > 0:
            if self.timer is not None:
                self.timer.cancel()
            self.timer = self.host.call_later(self.HIGH, self._end_pulse)

    def _end_pulse(self) -> None:
        self.timer = None
        if self.PACT:
            self._start_pulse()
        else:
            self.VAL = 0
            self.host.process(self)
