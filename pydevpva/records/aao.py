"""aao: an array output (EPICS: aaoRecord.c, devAaoSoft.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.values import Value
from pydevpva.records.shared import pydev_ways, simulation
from pydevpva.records.shared.array import ArrayRecord, array_properties, element_type, load_constant, zeros
from pydevpva.records.shared.output import CLOSED_LOOP, Output


class Aao(ArrayRecord, Output, rtype="aao", soft="devAaoSoft"):
    """Up to NELM elements of type FTVL, written to OUT."""

    __slots__ = ()
    IVOA = 0  # it has none: whatever VAL is, it is written
    pydev = pydev_ways.ARRAY
    properties = array_properties({"NORD": (0, "NELM")}, {"NORD": (0, "NELM")})

    def init_early(self) -> None:
        super().init_early()
        self.put_array("VAL", zeros(element_type(self), 0))

    def init_record(self) -> None:
        simulation.init_simulation(self)
        if self.device is not None:
            self.device.init_record(self)
        if self.OMSL == CLOSED_LOOP:
            value = load_constant(self, self.DOL, element_type(self), self.NELM)
            if value is not None:
                self.VAL, self.NORD, self.UDF = value, len(value), 0

    def soft_write(self, link: Link) -> int:
        link.put(self.VAL, element_type(self))
        return 0

    def process(self) -> None:
        if not self.PACT:
            self.UDF = 0
            if not self._fetch_desired():
                self.status = -1
                self.give_up()
                return
        super().process()

    def fetch(self) -> None:
        """`process` has done it."""

    def _fetch_desired(self) -> bool:
        """VAL from DOL in closed loop; False when DOL fails."""
        if self.OMSL != CLOSED_LOOP or self.DOL.is_constant:
            return True
        value = self.DOL.get_array(element_type(self), self.NELM)
        if value is None:
            return False
        if value is not NO_DATA:
            self.VAL, self.NORD = value, len(value)
        return True

    def monitor(self) -> None:
        self.count()
        super().monitor()

    def simulated(self) -> tuple[Value, str]:
        return self.VAL, element_type(self)
