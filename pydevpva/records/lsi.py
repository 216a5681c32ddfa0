"""lsi: a long string as input (EPICS: lsiRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.input import Input
from pydevpva.records.shared.longstring import LongString


class Lsi(LongString, Input, rtype="lsi", soft="devLsiSoft"):
    """Long string input. A link to a plain string field gives 39 bytes of it, one to FIELD$ or a CHAR array all."""

    __slots__ = ()
    pydev = pydev_ways.LONG_STRING
    value_type = "STRING"

    def soft_start(self, link: Link) -> None:
        """VAL from a constant INP."""
        self.load_text(link)

    def soft_read(self, link: Link) -> int:
        """VAL from INP; UDF stays as it is, and a link that is not connected is no alarm."""
        if not link.connected():
            return 0
        text = link.get_text(self.SIZV - 1)
        if text is None:
            return -1
        if isinstance(text, str):
            self.set_text(text)
        return 0

    def remember(self) -> None:
        self.remember_text()

    def simulate(self) -> int:
        text = self.SIOL.get_text(self.SIZV - 1) if self.SIOL.connected() else NO_DATA
        self.PACT = 0
        if text is None:
            return -1
        if isinstance(text, str):
            self.set_text(text)
        return 2

    def convert(self, status: int) -> None:
        if status == 2:
            self.UDF = 0

    def monitor(self) -> None:
        self.post_text()
