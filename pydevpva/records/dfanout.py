"""dfanout: one number to up to sixteen links (EPICS: dfanoutRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, LINK, MAJOR, SOFT, raise_alarm
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record
from pydevpva.records.shared.limits import check_limits, deadbands
from pydevpva.records.shared.output import CLOSED_LOOP, DONT_DRIVE, SET_TO_IVOV
from pydevpva.records.shared.selection import ALL, MASK, SPECIFIED, fetch_selection, load_selection

_OUTS = tuple(f"OUT{letter}" for letter in "ABCDEFGHIJKLMNOP")
_LAST = "LALM ALST MLST"


class Dfanout(Record, rtype="dfanout"):
    """VAL to OUTA to OUTP: all, the one that SELN counts from 1, or those of the mask SELN."""

    __slots__ = ()
    properties = properties(
        units="DOUBLE",
        precision="VAL",
        display={f"VAL HIHI HIGH LOW LOLO {_LAST}": ("LOPR", "HOPR")},
        control={f"VAL {_LAST}": ("LOPR", "HOPR")},
        alarm={"VAL": "severity"},
    )

    def init_record(self) -> None:
        load_selection(self)
        if (value := self.DOL.load("DOUBLE")) is not None:
            self.VAL = value
            self.UDF = 1 if value != value else 0

    def process(self) -> None:
        if self.OMSL == CLOSED_LOOP and not self.DOL.is_constant:
            value = self.DOL.get("DOUBLE")
            if value is None:
                self.status = -1
            elif value is not NO_DATA:
                self.VAL = value
                self.UDF = 1 if value != value else 0
        self.PACT = 1
        self.stamp()
        fetch_selection(self)
        check_limits(self)
        if self.NSEV < INVALID or self.IVOA != DONT_DRIVE:
            if self.NSEV >= INVALID and self.IVOA == SET_TO_IVOV:
                self.VAL = self.IVOV
            self._push()
        self.post(self.settle() | deadbands(self))
        self.forward()
        self.PACT = 0

    def _push(self) -> None:
        for name in self._selected():
            if not getattr(self, name).put(self.VAL, "DOUBLE"):
                raise_alarm(self, LINK, MAJOR)

    def _selected(self) -> tuple[str, ...]:
        """The output links that SELN means."""
        if self.SELM == ALL:
            return _OUTS
        if self.SELM == SPECIFIED and self.SELN <= len(_OUTS):
            return _OUTS[self.SELN - 1 : self.SELN] if self.SELN else ()
        if self.SELM == MASK:
            return tuple(name for i, name in enumerate(_OUTS) if self.SELN >> i & 1)
        raise_alarm(self, SOFT, INVALID)
        return ()
