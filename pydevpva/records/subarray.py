"""subArray: a part of an array, NELM elements from INDX on (EPICS: subArrayRecord.c, devSASoft.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE, UDF, raise_alarm
from pydevpva.records.core.arrays import is_array, overwrite
from pydevpva.records.core.links import Link
from pydevpva.records.core.values import Array
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.array import ArrayRecord, array_properties, element_type, load_constant, zeros


def _last_index(record: SubArray) -> float:
    return float(record.MALM - 1)


class SubArray(ArrayRecord, rtype="subArray", soft="devSASoft"):
    """VAL = INP[INDX : INDX + NELM]. BPTR keeps all MALM elements: an empty INP is cut again and again."""

    __slots__ = ()
    pydev = pydev_ways.ARRAY
    capacity = "MALM"
    properties = array_properties(
        {"INDX": (0, _last_index), "NELM NORD": (0, "MALM"), "BUSY": (0, 1)},
        {"INDX": (0, _last_index), "NELM": (1, "MALM"), "NORD": (0, "MALM"), "BUSY": (0, 1)},
    )

    def init_early(self) -> None:
        self.MALM = max(1, self.MALM)
        self.NELM = min(self.NELM, self.MALM)
        self.BPTR = zeros(element_type(self), self.MALM)
        self.VAL = self.BPTR[:0]

    def init_record(self) -> None:
        if self.device is not None:
            self.device.init_record(self)

    def soft_start(self, link: Link) -> None:
        if (value := load_constant(self, link, element_type(self), self._reach())) is not None:
            self._cut(self._keep(value))

    def soft_read(self, link: Link) -> int:
        if link.is_constant:
            value = load_constant(self, link, element_type(self), self._reach())
            self._cut(self.NORD if value is None else self._keep(value))
            return 0
        fetched = link.get_array(element_type(self), self._reach())
        if not is_array(fetched):
            return -1
        self._cut(self._keep(fetched))
        return 0

    def process(self) -> None:
        if self.PACT and self.BUSY:
            return
        active = self.PACT
        status = self._read()
        if not active and self.PACT:
            return
        self.PACT = 1
        self.stamp()
        if status >= 0 or self.device is None or not self.device.keeps:
            self.UDF = 1 if status < 0 or self.NORD <= 0 else 0
        if self.UDF:
            self.VAL = self.BPTR[:0]
            raise_alarm(self, UDF, self.UDFS)
        self.post(self.settle() | DBE_VALUE | DBE_LOG)
        self.forward()
        self.PACT = 0

    def _read(self) -> int:
        self.NELM = min(self.NELM, self.MALM)
        self.INDX = min(self.INDX, self.MALM - 1)
        return self.device.read(self) if self.device is not None else -1

    def put_array(self, field: str, value: Array) -> None:
        self._keep(value)
        super().put_array(field, value)

    def _reach(self) -> int:
        """So many elements are needed from INP."""
        return int(min(self.INDX + self.NELM, self.MALM))

    def _keep(self, value: Array) -> int:
        overwrite(self.BPTR, value)
        return len(value)

    def _cut(self, count: int) -> None:
        """Of the first `count` elements those from INDX on become VAL, and move to the front of the buffer."""
        part = self.BPTR[self.INDX : max(count, self.INDX)][: self.NELM].copy()
        self._keep(part)
        self.VAL, self.UDF = part, 0
        self.count()
