"""mbboDirect: up to 32 bits of an output, set together or one by one (EPICS: mbboDirectRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.core.fields import refuse
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.values import Value
from pydevpva.records.shared import bits as register
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.bits import BITS
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.output import CLOSED_LOOP, Output
from pydevpva.records.shared.simulation import RAW, YES

_INDEX = {name: i for i, name in enumerate(BITS)}


class MbboDirect(
    Output,
    rtype="mbboDirect",
    soft="devMbboDirectSoft",
    raw="devMbboDirectSoftRaw",
    callback="devMbboDirectSoftCallback",
):
    """Multi-bit direct output: RVAL is VAL << SHFT; a put to one of B0 to B1F changes that bit of VAL."""

    __slots__ = ()
    pydev = PydevWay("VAL RVAL NAME TPRO", pydev_ways.number("LONG"))
    value_type = "ULONG"
    raw_type = "ULONG"
    tells_failure = False
    simulation_modes = (YES, RAW)
    properties = properties(precision="")

    def load_desired(self) -> None:
        if isinstance(value := self.DOL.load("ULONG"), int):
            self.VAL = register.signed(value)
            self.UDF = 0

    def start(self) -> None:
        register.start_mask(self)

    def started(self, status: int) -> None:
        if status == 0:
            self.VAL = register.signed(register.from_raw(self))
            self.UDF = 0

    def soft_write(self, link: Link) -> int:
        """All 32 bits without a sign."""
        return 0 if link.put(self.VAL & 0xFFFFFFFF, "ULONG") else -1

    def remember(self) -> None:
        if not self.UDF:
            register.spread_bits(self)
        elif value := register.gather_bits(self):
            self.VAL, self.UDF = value, 0
        self.MLST = self.VAL
        self.ORAW, self.ORBV = self.RVAL, self.RBV

    def fetch(self) -> bool | None:
        if self.OMSL == CLOSED_LOOP and not self.DOL.is_constant:
            value = self.DOL.get("ULONG")
            if value is None:
                return False
            if isinstance(value, int):
                self.VAL = register.signed(value)
        elif self.UDF:
            raise_alarm(self, UDF, self.UDFS, "UDFS")
            return False
        self.UDF = 0
        register.spread_bits(self)
        register.to_raw(self, self.VAL)
        return None

    def take_ivov(self) -> None:
        self.VAL = self.IVOV
        register.to_raw(self, self.VAL)

    def simulated(self) -> tuple[Value, str]:
        return (self.RVAL, "ULONG") if self.SIMM == RAW else (self.VAL, "LONG")

    def monitor(self) -> None:
        register.spread_bits(self)
        mask = self.settle() | new_value(self)
        self.OBIT = self.VAL
        self.ORAW, self.ORBV = self.RVAL, self.RBV
        self.post(mask)

    def special(self, field: str, after: bool) -> None:
        if field not in _INDEX:
            super().special(field, after)
        elif after:
            self._bit_changed(field)
        elif self.OMSL == CLOSED_LOOP:
            raise refuse(self, field, "bits cannot be changed while OMSL is closed_loop")

    def _bit_changed(self, field: str) -> None:
        bit = 1 << _INDEX[field]
        if getattr(self, field):
            self.VAL, self.OBIT = register.signed(self.VAL | bit), register.signed(self.OBIT | bit)
        else:
            self.VAL, self.OBIT = register.signed(self.VAL & ~bit), register.signed(self.OBIT & ~bit)
        self.UDF = 0
        register.to_raw(self, self.VAL)
