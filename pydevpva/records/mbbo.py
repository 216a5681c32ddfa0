"""mbbo: an output of up to sixteen states (EPICS: mbboRecord.c). Database thread."""

from __future__ import annotations

from contextlib import suppress

from pydevpva.db.numbers import leading_integer
from pydevpva.records.core.alarm import INVALID, SOFT, UDF, raise_alarm
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value
from pydevpva.records.results.scalar import state
from pydevpva.records.shared import bits as register
from pydevpva.records.shared import states
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.output import CLOSED_LOOP, Output
from pydevpva.records.shared.simulation import RAW, YES
from pydevpva.records.shared.states import VALUES, SixteenStates


def _store(record: Record, result: object) -> int:
    """A result of user code: a label or a number."""
    record.VAL = state(result, record.states(), 0xFFFF)
    record.UDF = 0
    return 2


class Mbbo(
    SixteenStates, Output, rtype="mbbo", soft="devMbboSoft", raw="devMbboSoftRaw", callback="devMbboSoftCallback"
):
    """Multi-bit binary output: RVAL is the state's value << SHFT. Without states VAL is a plain number."""

    __slots__ = ()
    pydev = PydevWay(" ".join(("VAL RVAL NAME TPRO", *states.VALUES, *states.STRINGS)), _store)
    value_type = "USHORT"
    raw_type = "ULONG"
    tells_failure = False
    simulation_modes = (YES, RAW)

    def init_early(self) -> None:
        self.define_states()  # what VAL is has to be known when links to it are made

    def start(self) -> None:
        register.start_mask(self)

    def started(self, status: int) -> None:
        if status == 0:
            self.VAL = self.state_of(register.from_raw(self))
            self.UDF = 0

    def remember(self) -> None:
        self.convert_raw()
        self.MLST = self.LALM = self.VAL
        self.ORAW, self.ORBV = self.RVAL, self.RBV

    def find_name(self, text: str) -> int | None:
        """Also of what begins with the number of a state: "2.5" is 2."""
        if (known := super().find_name(text)) is not None or not self.SDEF:
            return known
        with suppress(ValueError):
            if (found := leading_integer(text)) is not None and 0 <= found[0] < len(self.states()):
                return found[0]
        return None

    def dbf(self, field: str) -> str:
        return "USHORT" if field == "VAL" and not self.SDEF else super().dbf(field)

    def fetch(self) -> bool | None:
        if self.OMSL == CLOSED_LOOP and not self.DOL.is_constant:
            value = self.DOL.get("USHORT")
            if value is None:
                return False
            if value is not NO_DATA:
                self.VAL = value
        elif self.UDF:
            raise_alarm(self, UDF, self.UDFS)
            return False
        self.UDF = 0
        self.convert_raw()
        return None

    def convert_raw(self) -> None:
        """RVAL from VAL; a VAL beyond the states is SOFT/INVALID."""
        if not self.SDEF:
            register.to_raw(self, self.VAL)
        elif self.VAL < len(VALUES):
            register.to_raw(self, getattr(self, VALUES[self.VAL]))
        else:
            raise_alarm(self, SOFT, INVALID)

    def take_ivov(self) -> None:
        self.VAL = self.IVOV
        self.convert_raw()

    def simulated(self) -> tuple[Value, str]:
        return (self.RVAL, "ULONG") if self.SIMM == RAW else (self.VAL, "USHORT")

    def check_alarms(self) -> None:
        self.alarm_of_state(self.state_severity())

    def monitor(self) -> None:
        mask = self.settle() | new_value(self)
        self.ORAW, self.ORBV = self.RVAL, self.RBV
        self.post(mask)
