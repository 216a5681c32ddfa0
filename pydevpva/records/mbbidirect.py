"""mbbiDirect: up to 32 bits of an input (EPICS: mbbiDirectRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, UDF, raise_alarm
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.shared import bits as register
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.simulation import RAW, YES


class MbbiDirect(
    Input,
    rtype="mbbiDirect",
    soft="devMbbiDirectSoft",
    raw="devMbbiDirectSoftRaw",
    callback="devMbbiDirectSoftCallback",
):
    """Multi-bit direct input: VAL is RVAL >> SHFT, its bits are B0 to B1F."""

    __slots__ = ()
    pydev = PydevWay("VAL RVAL NAME TPRO", pydev_ways.raw)
    value_type = "ULONG"
    raw_type = "ULONG"
    simulation_type = "ULONG"
    simulation_modes = (YES, RAW)
    properties = properties(precision="")

    def start(self) -> None:
        register.start_mask(self)

    def soft_start(self, link: Link) -> None:
        """VAL, which is signed, from the 32 bits of a constant."""
        if isinstance(value := link.load("ULONG"), int):
            self.VAL = register.signed(value)
            self.UDF = 0

    def soft_read(self, link: Link) -> int:
        """VAL, which is signed, from the link's 32 bits."""
        value = link.get("ULONG")
        if value is None:
            return -1
        if isinstance(value, int):
            self.VAL = register.signed(value)
        return 2

    def remember(self) -> None:
        register.spread_bits(self)
        self.MLST = self.VAL
        self.ORAW = self.RVAL

    def convert(self, status: int) -> None:
        if status == 0:
            self.VAL = register.signed(register.from_raw(self))
        super().convert(status)

    def simulated(self, raw: bool) -> int:
        self.SVAL = register.signed(self.SVAL)
        self.UDF = 0
        if raw:
            self.RVAL = self.SVAL & 0xFFFFFFFF
            return 0
        self.VAL = self.SVAL
        return 2

    def check_alarms(self, before: int) -> None:
        if self.UDF:
            raise_alarm(self, UDF, INVALID)

    def monitor(self) -> None:
        mask = self.settle()
        register.spread_bits(self)
        mask |= new_value(self)
        self.ORAW = self.RVAL
        self.post(mask)
