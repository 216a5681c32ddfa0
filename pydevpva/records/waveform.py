"""waveform: an array input (EPICS: waveformRecord.c, devWfSoft.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.links import Link
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.array import ArrayRecord, array_properties, element_type, load_constant, zeros
from pydevpva.records.shared.input import Input


class Waveform(ArrayRecord, Input, rtype="waveform", soft="devWfSoft"):
    """Up to NELM elements of type FTVL."""

    __slots__ = ()
    pydev = pydev_ways.ARRAY
    properties = array_properties({"BUSY": (0, 1), "NORD": (0, "NELM")}, {"BUSY": (0, 1), "NORD": (0, "NELM")})

    def soft_start(self, link: Link) -> None:
        dbf = element_type(self)
        value = load_constant(self, link, dbf, self.NELM)
        if value is not None:
            self.UDF = 0
        self.VAL = zeros(dbf, 0) if value is None else value
        self.NORD = len(self.VAL)

    def soft_read(self, link: Link) -> int:
        return 0 if link.is_constant or self.fetch_array(link) else -1

    def remember(self) -> None:
        pass

    def process(self) -> None:
        if not (self.PACT and self.BUSY):
            super().process()

    def simulate(self) -> int:
        self.PACT = 0
        if self.SIOL.is_constant:
            self.VAL = zeros(element_type(self), 0)
            return 0
        return 0 if self.fetch_array(self.SIOL) else -1

    def convert(self, status: int) -> None:
        self.UDF = 0
        self.count()
