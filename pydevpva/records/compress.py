"""compress: the last NSAM values, or of N values each the lowest, highest, average or median (EPICS: compressRecord.c).

Database thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pydevpva.errors import PutError
from pydevpva.plain.values import Made
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE, INVALID, LINK, raise_alarm
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array
from pydevpva.records.results.scalar import converted
from pydevpva.records.shared import pydev_ways

LOW, HIGH, AVERAGE, ARRAY_AVERAGE, CIRCULAR_BUFFER, MEDIAN = range(6)  # compressALG
FIFO, LIFO = range(2)  # bufferingALG
Samples = np.ndarray[Any, np.dtype[np.float64]]
_LIMITED = "VAL IHIL ILIL"


def _median(values: Samples) -> float:
    return float(np.sort(values)[len(values) // 2])


REDUCE: dict[int, Callable[[Samples], float]] = {
    LOW: lambda values: float(values.min()),
    HIGH: lambda values: float(values.max()),
    AVERAGE: lambda values: float(np.cumsum(values)[-1] / len(values)),  # sum() keeps more digits from Python 3.12 on
    MEDIAN: _median,
}


def _store(record: Record, result: object) -> int:
    """A result of user code: one number, or an array of them, to be compressed."""
    if type(result) is Made:
        return converted(result, partial(_store, record))
    from pydevpva.records.results.array import array

    one = isinstance(result, (int, float)) or getattr(result, "ndim", None) == 0
    values, cut = array([result] if one else result, "DOUBLE", record.NSAM * max(1, record.N))
    if cut:
        pydev_ways.say_cut(record, len(values))
    record.WPTR = values
    return 2


class Compress(Record, rtype="compress", soft="devCompressSoft"):
    """VAL is the ring buffer BPTR in its order: OFF is the place of the next value, NUSE how many there are."""

    __slots__ = ()
    pydev = PydevWay("VAL NAME TPRO", _store)
    lists_devices = False
    properties = properties(
        units="DOUBLE",
        units_fields={"VAL": "=EGU"},
        precision="VAL",
        display={_LIMITED: ("LOPR", "HOPR")},
        control={_LIMITED: ("LOPR", "HOPR")},
    )

    def array_info(self, field: str) -> tuple[str, int] | None:
        return ("DOUBLE", self.NSAM) if field == "VAL" else None

    def init_early(self) -> None:
        self.NSAM = max(1, self.NSAM)
        self.reset()

    def init_record(self) -> None:
        if self.device is not None:
            self.device.init_record(self)

    def reset(self) -> None:
        """Forget all values (RES, and a change of ALG, BALG, N or PBUF)."""
        self.NUSE = self.OFF = self.INX = self.RES = 0
        self.CVB = 0.0
        if self.SPTR is None:
            self.SPTR = np.zeros(self.NSAM)
        self.BPTR = np.zeros(self.NSAM)
        self._order()

    # ---- the ring buffer ----

    def _first(self) -> int:
        """Where in the buffer the first value of VAL is."""
        return int((self.OFF - self.NUSE) % self.NSAM if self.BALG == FIFO else self.OFF)

    def _order(self) -> None:
        self.VAL = np.roll(self.BPTR, -self._first())[: self.NUSE]

    def _append(self, values: Samples) -> None:
        """Add values: behind the others (FIFO) or before them (LIFO)."""
        size, count = self.NSAM, len(values)
        if self.BALG == FIFO:
            places = (self.OFF + np.arange(count)) % size
            self.OFF = int((self.OFF + count) % size)
        else:
            places = (self.OFF - 1 - np.arange(count)) % size
            self.OFF = int((self.OFF - count) % size)
        self.BPTR[places[-size:]] = values[-size:]
        self.NUSE = min(self.NUSE + count, size)
        self._order()

    def put_array(self, field: str, value: Array) -> None:
        if self.BALG == LIFO:
            raise PutError(f"{self.NAME}.VAL: this field cannot be changed while BALG is LIFO")
        used, first = self.NUSE, self._first()
        self.BPTR[(first + np.arange(len(value))) % self.NSAM] = value  # there, not at OFF: as EPICS has it
        self.OFF = (self.OFF + len(value)) % self.NSAM
        self.NUSE = min(self.NUSE + len(value), self.NSAM)
        self._order()
        if used != self.NUSE:
            self.post_field("NUSE")

    # ---- processing ----

    def soft_start(self, link: Link) -> None:
        """A constant INP is no data."""

    def soft_read(self, link: Link) -> int:
        self.WPTR = self._fetch(link)
        return -1 if self.WPTR is None else 2

    def process(self) -> None:
        active = self.PACT
        status = self.device.read(self) if self.device is not None else -1
        if not active and self.PACT:
            return
        self.PACT = 1
        if status < 0:
            raise_alarm(self, LINK, INVALID)
        values: Samples | None = self.WPTR
        if status < 0 or values is None or self.compress(values):
            self.UDF = 0
            self.stamp()
            self._post_changes()
            self.forward()
        else:
            self.give_up()
        self.PACT = 0

    def _fetch(self, link: Link) -> Samples | None:
        """The elements of INP; another number of them than before begins anew."""
        source = link.source() if link.connected() else None
        if source is None or source[1] <= 0:
            return None
        if source[1] != self.INPN:
            if self.INPN:
                self.reset()
            self.INPN = source[1]
        values = link.get_array("DOUBLE", self.INPN)
        return values if is_numbers(values) and len(values) else None

    def compress(self, values: Samples) -> bool:
        """Take in values; True when VAL has new ones."""
        if self.ALG == ARRAY_AVERAGE:
            return self._average_arrays(values)
        if self.ALG == CIRCULAR_BUFFER:
            self._append(values)
            return True
        return self._reduce(values) if len(values) > 1 else self._take_one(float(values[0]))

    def _average_arrays(self, values: Samples) -> bool:
        """Element by element the average of N arrays."""
        values = values[: self.NSAM]
        if self.INX == 0:
            self.SPTR[: len(values)] = values
        else:
            self.SPTR[: len(values)] += values
        self.N = max(1, self.N)
        self.INX += 1
        if self.INX < self.N:
            return False
        if self.N > 1:
            self.SPTR[: len(values)] *= 1.0 / self.N
        self._append(self.SPTR[: len(values)])
        self.INX = 0
        return True

    def _reduce(self, values: Samples) -> bool:
        """One value of each N of an array; what is left over counts with PBUF."""
        if self.ILIL < self.IHIL:  # leading values outside the limits
            outside = (values < self.ILIL) | (values > self.IHIL)
            values = values[len(values) if outside.all() else int(outside.argmin()) :]
        self.N = size = max(1, self.N)
        values = values[: self.NSAM * size]
        groups = [values[at : at + size] for at in range(0, len(values), size)]
        if groups and len(groups[-1]) < size and not self.PBUF:
            groups.pop()
        for group in groups:
            self._append(np.array([REDUCE[self.ALG](group)]))
        return bool(groups)

    def _take_one(self, value: float) -> bool:
        """The same for values that come one by one; here the median is the average."""
        count = self.INX
        if self.ALG == LOW:
            self.CVB = value if value < self.CVB or count == 0 else self.CVB
        elif self.ALG == HIGH:
            self.CVB = value if value > self.CVB or count == 0 else self.CVB
        else:
            self.CVB = (count * self.CVB + value) / (count + 1)
        count += 1
        complete = count >= self.N
        self.INX = 0 if complete else count
        if complete or self.PBUF:
            self._append(np.array([self.CVB]))
            return True
        return False

    def _post_changes(self) -> None:
        alarms = self.settle()
        if alarms or self.NUSE != self.OUSE:
            self.post_field("NUSE", alarms | DBE_VALUE | DBE_LOG)
            self.OUSE = self.NUSE
        self.post(alarms | DBE_VALUE | DBE_LOG)

    def special(self, field: str, after: bool) -> None:
        if after:
            self.reset()
            self._post_changes()
