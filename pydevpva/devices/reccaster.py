"""RecCaster: whether a RecCeiver knows the records (recsync: castinit.c). Database thread."""

from __future__ import annotations

from typing import ClassVar

from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, clip_text
from pydevpva.stats.statistics import OWN_EVENT


class Shown(DeviceSupport):
    """Something of the RecCaster, which a record of this kind also switches on."""

    __slots__ = ()
    figure: ClassVar[str] = ""

    def init_record(self, record: Record) -> int:
        record.host.statistics.want(self.figure)
        return 2

    def read(self, record: Record) -> int:
        value = record.host.statistics.value(self.figure)
        record.VAL = clip_text(value, STRING_BYTES) if isinstance(value, str) else int(value)
        record.UDF = 0
        return 2

    def event(self, record: Record) -> str | None:
        return OWN_EVENT + "reccaster"


class StateShown(Shown, dsets="devCasterMBBIState", offers=("mbbi", "RecCaster"), link_type="INST_IO"):
    """mbbi: 0 not begun, 1 searching, 2 connecting, 3 telling, 4 all is known."""

    __slots__ = ()
    figure = "reccaster_state"


class TextShown(Shown, dsets="devCasterSIMsg", offers=("stringin", "RecCaster"), link_type="INST_IO"):
    """stringin: what it does, or why it cannot."""

    __slots__ = ()
    figure = "reccaster_text"
