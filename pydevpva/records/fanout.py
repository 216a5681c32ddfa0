"""fanout: processes up to sixteen records (EPICS: fanoutRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.selection import fetch_selection, load_selection, selected


class Fanout(Record, rtype="fanout"):
    """Forward links LNK0 to LNKF, all or those that SELN selects."""

    __slots__ = ()

    def init_record(self) -> None:
        load_selection(self)

    def process(self) -> None:
        self.PACT = 1
        fetch_selection(self)
        for letter in selected(self) or ():
            getattr(self, f"LNK{letter}").forward()
        self.UDF = 0
        self.stamp()
        self.post(self.settle())
        self.forward()
        self.PACT = 0
