"""histogram: counts how often a value fell into each of NELM ranges (EPICS: histogramRecord.c, devHistogramSoft.c).

Database thread.
"""

from __future__ import annotations

import math

import numpy as np

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE, INVALID, SOFT
from pydevpva.records.core.arrays import overwrite
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, cast
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.simulation import simm_special

READ, CLEAR, START, STOP = range(4)  # histogramCMD
_HIGHEST = 2**32 - 1


def _span(record: Histogram) -> float:
    return float(record.ULIM - record.LLIM)


def _store(record: Record, result: object) -> int:
    """A result of user code is the value to be counted."""
    record.SGNL = pydev_ways.double(result)
    return 0


class Histogram(Input, rtype="histogram", soft="devHistogramSoft"):
    """VAL counts SGNL in NELM ranges of width WDTH from LLIM to ULIM."""

    __slots__ = ()
    pydev = PydevWay("VAL SGNL NAME TPRO", _store)
    simulation_type = "DOUBLE"
    properties = properties(
        units_fields={"SDEL": "s"},
        precision="ULIM LLIM SGNL SVAL WDTH",
        precision_fields={"SDEL": 2},
        display={"VAL": ("LOPR", "HOPR"), "WDTH": (0, _span)},
        control={"VAL": ("LOPR", "HOPR"), "WDTH": (0, _span)},
    )

    @property
    def INP(self) -> Link:
        """The input link under the name that device support knows."""
        link: Link = self.SVL
        return link

    def array_info(self, field: str) -> tuple[str, int] | None:
        return ("ULONG", self.NELM) if field == "VAL" else None

    def init_early(self) -> None:
        self.NELM = max(1, self.NELM)
        self.VAL = np.zeros(self.NELM, "u4")
        self.WDTH = (self.ULIM - self.LLIM) / self.NELM

    def start(self) -> None:
        self._watch()

    def soft_start(self, link: Link) -> None:
        if (value := link.load("DOUBLE")) is not None:
            self.SGNL, self.UDF = value, 0

    def soft_read(self, link: Link) -> int:
        value = link.get("DOUBLE")
        if value is not None and value is not NO_DATA:
            self.SGNL = value
        return 0  # counted even when the link failed

    def remember(self) -> None:
        pass

    def put_array(self, field: str, value: Array) -> None:
        counts = self.VAL.copy()
        overwrite(counts, value)
        self.VAL = counts

    def simulated(self, raw: bool) -> int:
        self.SGNL = self.SVAL
        self.UDF = 0
        return 0

    def convert(self, status: int) -> None:
        if status == 0:
            self.add_count()

    def monitor(self) -> None:
        mask = self.settle()
        if self.MCNT > self.MDEL:
            mask |= DBE_VALUE | DBE_LOG
            self.MCNT = 0
        self.post(mask)

    def add_count(self) -> None:
        """Count SGNL while CSTA says so."""
        if not self.CSTA:
            return
        if self.LLIM >= self.ULIM and self.NSEV < INVALID:
            self.STAT, self.SEVR = SOFT, INVALID  # not through NSEV: as EPICS has it
            return
        if self.SGNL < self.LLIM or self.SGNL >= self.ULIM:
            return
        counts = self.VAL.copy()  # clients may still hold the old one
        index = self._range()
        counts[index] = 1 if counts[index] == _HIGHEST else counts[index] + 1
        self.VAL = counts
        self.MCNT = int(cast(self.MCNT + 1, "SHORT"))

    def _range(self) -> int:
        """The range SGNL is in: the first whose upper end it does not exceed."""
        above = self.SGNL - self.LLIM
        ranges = above / self.WDTH
        index: int = min(max(math.ceil(ranges) - 2, 0), self.NELM - 1) if math.isfinite(ranges) else self.NELM - 1
        while index < self.NELM - 1 and not above <= (index + 1) * self.WDTH:
            index += 1
        return index

    def clear(self) -> None:
        """All counts to 0; the next processing posts that."""
        self.VAL = np.zeros(self.NELM, "u4")
        self.MCNT = int(cast(self.MDEL + 1, "SHORT"))
        self.UDF = 0

    # ---- SDEL: post changed counts at least so often ----

    def _watch(self) -> None:
        if self.WDOG is not None:
            self.WDOG.cancel()
        self.WDOG = self.host.call_later(self.SDEL, self._look) if self.SDEL > 0 else None

    def _look(self) -> None:
        if self.MCNT > 0:
            self.stamp()
            self.post(DBE_VALUE | DBE_LOG)
            self.MCNT = 0
        self._watch()

    # ---- puts ----

    def special(self, field: str, after: bool) -> None:
        if field == "SIMM":
            simm_special(self, after)
        elif after:
            before = self.VAL
            self._changed(field)
            if self.VAL is not before:
                self.post_field("VAL")  # EPICS waits for the next processing; but a get must see what is there now

    def _changed(self, field: str) -> None:
        if field == "CMD":
            self._command()
        elif field == "SGNL":
            self.add_count()
        elif field == "SDEL":
            self._watch()
        else:
            self.WDTH = (self.ULIM - self.LLIM) / self.NELM
            self.clear()

    def _command(self) -> None:
        if self.CMD <= CLEAR:
            self.clear()
        elif self.CMD in (START, STOP):
            self.CSTA = 1 if self.CMD == START else 0
        if self.CMD <= STOP:
            self.CMD = READ
