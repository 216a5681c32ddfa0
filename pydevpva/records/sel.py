"""sel: one of up to twelve inputs: by number, the highest, the lowest or the median (EPICS: selRecord.c).

Database thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pydevpva.records.core.alarm import CALC, INVALID, SOFT, raise_alarm
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record
from pydevpva.records.shared.limits import check_limits, deadbands

SPECIFIED, HIGH_SIGNAL, LOW_SIGNAL, MEDIAN_SIGNAL = range(4)
_LETTERS = "ABCDEFGHIJKL"
_LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST " + " ".join(f"{x} L{x}" for x in _LETTERS)


class Sel(Record, rtype="sel"):
    """VAL is the selected one of A to L; an input that is NaN is none."""

    __slots__ = ()
    properties = properties(
        units="DOUBLE",
        precision="VAL",
        display={_LIMITED: ("LOPR", "HOPR")},
        control={_LIMITED: ("LOPR", "HOPR")},
        alarm={"VAL": "severity"},
    )

    def init_record(self) -> None:
        if (number := self.NVL.load("USHORT")) is not None:
            self.SELN = number
        for x in _LETTERS:
            value = getattr(self, f"INP{x}").load("DOUBLE")
            setattr(self, x, math.nan if value is None else value)

    def process(self) -> None:
        self.PACT = 1
        if self._fetch():
            self._select()
        self.stamp()
        check_limits(self)
        mask = self.settle() | deadbands(self)
        self.NLST = self.SELN
        for x in _LETTERS:
            setattr(self, f"L{x}", getattr(self, x))
        self.post(mask)
        self.forward()
        self.PACT = 0

    def _fetch(self) -> bool:
        """Read what the selection needs. Of all twelve only the failure of the last, INPL, makes VAL stay."""
        if self.SELM != SPECIFIED:
            return [self._read(x) for x in _LETTERS][-1]
        number = self.NVL.get("USHORT")
        if number is None:
            return False
        if number is not NO_DATA:
            self.SELN = number
        return self.SELN >= len(_LETTERS) or self._read(_LETTERS[self.SELN])

    def _read(self, x: str) -> bool:
        value = getattr(self, f"INP{x}").get("DOUBLE")
        if value is not None and value is not NO_DATA:
            setattr(self, x, value)
        return value is not None

    def _select(self) -> None:
        """VAL and, but for Specified, SELN: the input's number, or of how many inputs VAL is the median."""
        signals = [(getattr(self, x), i) for i, x in enumerate(_LETTERS)]
        valid = [(value, i) for value, i in signals if value == value]
        if self.SELM == SPECIFIED:
            if self.SELN >= len(_LETTERS):
                raise_alarm(self, SOFT, INVALID)
                return
            value = signals[self.SELN][0]
        elif self.SELM == HIGH_SIGNAL:
            value = self._extreme(valid, -math.inf, max)
        elif self.SELM == LOW_SIGNAL:
            value = self._extreme(valid, math.inf, min)
        elif self.SELM == MEDIAN_SIGNAL:
            self.SELN = len(valid)
            value = sorted(valid)[len(valid) // 2][0] if valid else math.nan
        else:
            raise_alarm(self, CALC, INVALID)
            return
        self.VAL = value
        self.UDF = 1 if value != value else 0

    def _extreme(self, signals: list[tuple[float, int]], nothing: float, best: Callable[..., float]) -> float:
        """The best value, SELN being the first input that has it; with no better input than `nothing` SELN stays."""
        value = best((value for value, _ in signals), default=nothing)
        if value != nothing:
            self.SELN = next(i for v, i in signals if v == value)
        return value
