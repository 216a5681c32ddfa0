"""aai: an array input (EPICS: aaiRecord.c, devAaiSoft.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.links import Link
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.array import ArrayRecord, array_properties, element_type, load_constant
from pydevpva.records.shared.input import Input


class Aai(ArrayRecord, Input, rtype="aai", soft="devAaiSoft"):
    """Up to NELM elements of type FTVL."""

    __slots__ = ()
    pydev = pydev_ways.ARRAY
    properties = array_properties({"NORD": (0, "NELM")}, {"NORD": (0, "NELM")})

    def soft_start(self, link: Link) -> None:
        value = load_constant(self, link, element_type(self), self.NELM)
        if value is not None:
            self.VAL, self.NORD, self.UDF = value, len(value), 0

    def soft_read(self, link: Link) -> int:
        return 0 if link.is_constant or self.fetch_array(link) else -1

    def remember(self) -> None:
        pass

    def simulate(self) -> int:
        self.PACT = 0
        return self.soft_read(self.SIOL)

    def convert(self, status: int) -> None:
        self.UDF = 0
        self.count()
