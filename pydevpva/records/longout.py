"""longout: a 32-bit integer output (EPICS: longoutRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.int64out import LIMITED, Int64out
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.output import Output

EVERY_TIME, ON_CHANGE, WHEN_ZERO, WHEN_NON_ZERO, TO_ZERO, TO_NON_ZERO = range(6)


class Longout(Int64out, rtype="longout", soft="devLoSoft", callback="devLoSoftCallback"):
    """An int64out of 32 bits; OOPT says when it is written. Its limits show only where they alarm."""

    __slots__ = ()
    pydev = PydevWay(pydev_ways.INTEGER, pydev_ways.number("LONG"))
    load_desired = Output.load_desired
    value_type = "LONG"
    properties = properties(
        units="LONG",
        display={LIMITED: ("LOPR", "HOPR")},
        control={LIMITED: ("LOPR", "HOPR")},
        driven=LIMITED,
        alarm={"VAL": "severity"},
    )

    def remember(self) -> None:
        super().remember()
        self.PVAL = self.VAL
        self.OUTPVT = 1  # write the first time whatever the value

    def write(self) -> int:
        old, new = self.PVAL, self.VAL
        writes = {
            EVERY_TIME: True,
            ON_CHANGE: self.OUTPVT or new != old,
            WHEN_ZERO: new == 0,
            WHEN_NON_ZERO: new != 0,
            TO_ZERO: new == 0 and old != 0,
            TO_NON_ZERO: new != 0 and old == 0,
        }.get(self.OOPT, False)
        status = super().write() if writes else 0
        self.PVAL, self.OUTPVT = self.VAL, 0
        return status

    def special(self, field: str, after: bool) -> None:
        if field == "OUT":
            if after and self.OOCH:
                self.OUTPVT = 1
        else:
            super().special(field, after)
