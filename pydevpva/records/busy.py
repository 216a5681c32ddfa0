"""busy: a bo whose forward link waits until it is 0, and so does a put with completion (EPICS: busyRecord.c of busy).

With DTYP pydev it is busy as long as the code of OUT runs. Database thread.
"""

from __future__ import annotations

from pydevpva.records.bo import Bo
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.shared import plain_simulation as simulation
from pydevpva.records.shared.limits import new_value
from pydevpva.records.shared.output import CLOSED_LOOP


def _over(record: Record, result: object) -> int:
    """The code has ended; what it returned is not asked for."""
    record.UDF = 0
    return 2


class Busy(Bo, rtype="busy", soft="devBusySoft", raw="devBusySoftRaw"):
    """1: something is under way; whoever it is writes 0 when it is done. HIGH is the time after which we do."""

    __slots__ = ()
    pydev = PydevWay("VAL NAME TPRO ZNAM ONAM", _over)
    any_state = True
    properties = properties(precision="", precision_fields={"HIGH": 2}, precision_shown=False)

    def init_record(self) -> None:
        simulation.load_mode(self)
        self.load_desired()
        self.start()
        if self.device is not None:
            self.started(self.device.init_record(self))
        self.convert(self.VAL)  # unlike bo's, MLST and LALM stay: the first processing posts, and alarms, a 1

    def process(self) -> None:
        active = self.PACT
        if active:
            self._end_of_code()
        else:
            self._fetch()
            self.OVAL = self.VAL
        self.check_alarms()
        status = self._drive()
        if not active and self.PACT:
            self.stamp()
            self.post(self.settle() | new_value(self))
            return
        self.PACT = 1
        self.status = status
        self.stamp()
        self.monitor()
        self._forward()
        self.PACT = 0

    def _forward(self) -> None:
        """OVAL is 0 and VAL is not: a 1 was put while the device was busy with the 0, and is processed next."""
        if self.VAL == 0 or self.OVAL == 0:
            self.forward()
        elif self.RPRO and self._has_code():  # a 1 was put while the code ran: it runs again, and is waited for
            self.RPRO = 0
            self.host.scan_once(self)

    def _fetch(self) -> None:
        """VAL from DOL, any number of it; a DOL that fails is LINK/INVALID."""
        if self.OMSL == CLOSED_LOOP and not self.DOL.is_constant:
            value = self.DOL.get("USHORT")
            if value is None:
                self.status = -1
            elif value is not NO_DATA:
                self.VAL, self.UDF = value, 0
        self.convert(self.VAL)

    # ---- output ----

    def write_value(self) -> int:
        if self.PACT:
            return self.write()
        if not simulation.fetch_mode(self):
            return -1
        return self.write() if self.SIMM == simulation.NO else simulation.write(self)

    def write(self) -> int:
        """Code runs to make a 1 a 0; a 0 needs none."""
        if self.VAL == 0 and not self.PACT and self._has_code():
            return 0
        return super().write()

    def _has_code(self) -> bool:
        return self.device is not None and self.device.is_code("OUT")

    def _end_of_code(self) -> None:
        """Done, unless a client has put another value meanwhile."""
        if not (self.overwritten and self.RPRO):
            self.convert(0)
