"""The way of every input record: read, convert, stamp, alarms, post, forward (EPICS: process of ai, bi, longin, ...).

Database thread.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record
from pydevpva.records.shared import simulation
from pydevpva.records.shared.simulation import RAW, YES


class Input(Record):
    """A record with INP, DTYP and simulation. Subclasses say what a value does: convert, check_alarms, monitor."""

    __slots__ = ()
    SIML: Link
    SIOL: Link
    VAL: Any  # each type has its own
    simulation_type: ClassVar[str] = ""  # DBF type SIOL is read as; "" reads VAL's own way, see simulate
    simulation_start: ClassVar[str] = ""  # DBF type of a constant SIOL at iocInit, where it is another
    simulation_modes: ClassVar[tuple[int, ...]] = (YES,)

    def init_record(self) -> None:
        simulation.init_simulation(self)
        if self.simulation_type:
            simulation.load(self, self.simulation_start or self.simulation_type)
        self.start()
        if self.device is not None:
            self.device.init_record(self)
        self.remember()

    def start(self) -> None:
        """What the type does before its device support starts."""

    def remember(self) -> None:
        """Last values for deadbands and change detection, after device support has started."""
        self.MLST = self.ALST = self.LALM = self.VAL

    def process(self) -> None:
        active = self.PACT
        before = self.TIME
        if self.SIMM == 0 and (active or self.SIML.is_constant) and self.device is not None:
            status = self.device.read(self)  # what read_value comes to, nearly always
        else:
            status = self.read_value()
        if not active and self.PACT:
            return
        self.PACT = 1
        self.status = min(status, 0)
        self.stamp(self.SIMM, self.SIOL)
        self.convert(status)
        self.check_alarms(before)
        self.monitor()
        self.forward()
        self.PACT = 0

    def read_value(self) -> int:
        """The value from device support or simulation; 0: RVAL is set, 2: VAL is set, -1: failed."""
        if self.SIMM == 0 and (self.PACT or self.SIML.is_constant):
            return self.device.read(self) if self.device is not None else -1
        how = simulation.begin(self, self.simulation_modes)
        if how is None:
            return self.device.read(self) if self.device is not None else -1
        return self.simulate() if how else -1

    def simulate(self) -> int:
        """Read SIOL and store it as the simulation mode asks."""
        return self.simulated(self.SIMM == RAW) if simulation.read(self, self.simulation_type) else -1

    def simulated(self, raw: bool) -> int:
        """Store SVAL as VAL, or with raw as RVAL; the status as of device support."""
        self.VAL = self.SVAL
        self.UDF = 0
        return 2

    def convert(self, status: int) -> None:
        """VAL and UDF after a read with this status."""
        if status in (0, 2):
            self.UDF = 0

    def check_alarms(self, before: int) -> None:
        """Raise this processing's alarms; `before` is the previous TIME in ns."""

    def monitor(self) -> None:
        """Settle the alarms and post what changed."""

    def special(self, field: str, after: bool) -> None:
        if field == "SIMM":
            simulation.simm_special(self, after)
