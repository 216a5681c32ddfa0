"""timestamp: the record's time stamp as text (EPICS: timestampRecord.c of std). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.record import DEVICE_TIME, Record
from pydevpva.records.core.values import STRING_BYTES
from pydevpva.records.shared.timetext import formatted, seconds

_SECOND = 10**9
FORMATS = (  # timestampTST
    "%y/%m/%d %H:%M:%S",
    "%m/%d/%y %H:%M:%S",
    "%b %d %H:%M:%S %y",
    "%b %d %H:%M:%S",
    "%H:%M:%S",
    "%H:%M",
    "%d/%m/%y %H:%M:%S",
    "%d %b %H:%M:%S %y",
    "%d-%b-%Y %H:%M:%S",
    "%b %d %Y %H:%M:%S.%03f",
    "%m/%d/%y %H:%M:%S.%03f",
)


class Timestamp(Record, rtype="timestamp"):
    """VAL is TIME in the format TST, in the time zone of the IOC; RVAL counts seconds since 1990."""

    __slots__ = ()

    def process(self) -> None:
        self.PACT, self.UDF = 1, 0
        if self.TSE == DEVICE_TIME:
            self.TIME = self.host.now() // _SECOND * _SECOND
        else:
            self.stamp()
        self.RVAL = int(seconds(self.TIME))
        self.VAL = self._text() if self.RVAL else "-NULL-"
        mask = self.settle()
        if self.OVAL != self.VAL:
            self.OVAL = self.VAL
            mask |= DBE_VALUE | DBE_LOG
        self.post(mask)
        self.forward()
        self.PACT = 0

    def _text(self) -> str:
        known = self.TST < len(FORMATS)
        return formatted(self.TIME, FORMATS[self.TST if known else 0], STRING_BYTES)
