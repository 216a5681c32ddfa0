"""The way of every output record: fetch or take VAL, convert, alarms, write or IVOA, post, forward.

EPICS: process of ao, bo, longout, mbbo, ... Database thread.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydevpva.records.core.alarm import INVALID
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Scalar, Value
from pydevpva.records.shared import simulation
from pydevpva.records.shared.simulation import YES

CLOSED_LOOP = 1
DONT_DRIVE, SET_TO_IVOV = 1, 2


class Output(Record):
    """A record with OUT, DTYP, DOL, IVOA and simulation. Subclasses say what a value does."""

    __slots__ = ()
    DOL: Link
    OUT: Link
    SIML: Link
    SIOL: Link
    VAL: Any  # each type has its own
    writes = True
    simulation_modes: ClassVar[tuple[int, ...]] = (YES,)

    def init_record(self) -> None:
        simulation.init_simulation(self)
        self.load_desired()
        self.start()
        if self.device is not None:
            self.started(self.device.init_record(self))
        self.remember()

    def load_desired(self) -> None:
        """VAL from a constant DOL."""
        if (value := self.DOL.load(self.value_type)) is not None:
            self.VAL = value
            self.UDF = 0

    def start(self) -> None:
        """What the type does before its device support starts."""

    def started(self, status: int) -> None:
        """Status of device support's init: 0: it read back RVAL, which is to be converted to VAL."""

    def remember(self) -> None:
        """Last values for deadbands and change detection, after device support has started."""
        self.MLST = self.ALST = self.LALM = self.VAL

    def process(self) -> None:
        active = self.PACT
        if not active and self.fetch() is not False:
            self.stamp(self.SIMM)
        self.check_alarms()
        if (self.NSEV < INVALID or self.IVOA == 0) and self.SIMM == 0 and (active or self.SIML.is_constant):
            status = self.write()  # what _drive comes to, nearly always
        else:
            status = self._drive()
        if not active and self.PACT:
            return
        self.PACT = 1
        self.status = status
        if active:
            self.stamp(self.SIMM)
        self.monitor()
        self.forward()
        self.PACT = 0

    def _drive(self) -> int:
        """Write what IVOA says; 0 or -1."""
        if self.NSEV < INVALID or self.IVOA == 0:
            return self.write_value()
        if self.IVOA == DONT_DRIVE:
            return int(self.status)
        if self.IVOA != SET_TO_IVOV:  # beyond the menu
            return -1
        if not self.PACT:
            self.take_ivov()
        return self.write_value()

    def fetch(self) -> bool | None:
        """VAL, or in closed loop the value of DOL, converted for the output. False: TIME is to stay as it is."""
        if self.OMSL == CLOSED_LOOP and not self.DOL.is_constant:
            value = self.DOL.get(self.value_type)
            if value is None:
                self.status = -1
                return None
            if value is not NO_DATA:
                self.UDF = 0
                self.convert(value)
                return None
        self.convert(self.VAL)
        return None

    def convert(self, value: Scalar) -> None:
        """Make the desired value VAL and what the device needs."""
        self.VAL = value

    def take_ivov(self) -> None:
        """IVOA says: write IVOV instead."""
        self.VAL = self.IVOV

    def write_value(self) -> int:
        """Write through device support or simulation."""
        if self.SIMM == 0 and (self.PACT or self.SIML.is_constant):
            return self.write()
        how = simulation.begin(self, self.simulation_modes)
        if how is None:
            return self.write()
        return simulation.write(self, *self.simulated()) if how else -1

    def write(self) -> int:
        """Through device support."""
        return self.device.write(self) if self.device is not None else -1

    def simulated(self) -> tuple[Value, str]:
        """Value and DBF type that go to SIOL."""
        return self.VAL, self.value_type

    def check_alarms(self) -> None:
        """Raise this processing's alarms."""

    def monitor(self) -> None:
        """Settle the alarms and post what changed."""

    def special(self, field: str, after: bool) -> None:
        if field == "SIMM":
            simulation.simm_special(self, after)
