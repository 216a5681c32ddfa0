"""lso: a long string as output (EPICS: lsoRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, UDF, raise_alarm
from pydevpva.records.core.links import NO_DATA, Link, put_text
from pydevpva.records.core.values import Value
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.longstring import LongString
from pydevpva.records.shared.output import CLOSED_LOOP, Output


class Lso(LongString, Output, rtype="lso", soft="devLsoSoft", callback="devLsoSoftCallback"):
    """Long string output."""

    __slots__ = ()
    pydev = pydev_ways.LONG_STRING
    value_type = "STRING"

    def load_desired(self) -> None:
        self.load_text(self.DOL)

    def soft_write(self, link: Link) -> int:
        return 0 if put_text(link, self.VAL) else -1

    def remember(self) -> None:
        self.remember_text()

    def fetch(self) -> bool | None:
        if self.OMSL == CLOSED_LOOP and self.DOL.connected():
            text = self.DOL.get_text(self.SIZV - 1)
            if text is not None and text is not NO_DATA:
                self.set_text(text)
            if text is not None:
                self.UDF = 0
        return False  # lso is stamped when it has been written

    def take_ivov(self) -> None:
        self.set_text(self.IVOV)

    def simulated(self) -> tuple[Value, str]:
        return self.VAL, "CHAR"

    def check_alarms(self) -> None:
        if self.UDF:
            raise_alarm(self, UDF, INVALID)

    def monitor(self) -> None:
        self.stamp(self.SIMM)
        self.post_text()
