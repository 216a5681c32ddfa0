"""Which of sixteen links are meant: SELM, SELN, SELL, OFFS and SHFT of fanout and seq. Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, SOFT, raise_alarm
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.record import Record

ALL, SPECIFIED, MASK = range(3)
LETTERS = "0123456789ABCDEF"


def load_selection(record: Record) -> None:
    """iocInit: SELN from a constant SELL."""
    if (value := record.SELL.load("USHORT")) is not None:
        record.SELN = value


def fetch_selection(record: Record) -> None:
    """SELN from SELL; when that fails SELN stays."""
    value = record.SELL.get("USHORT")
    if value is not None and value is not NO_DATA:
        record.SELN = value


def selected(record: Record) -> list[str] | None:
    """The letters of the links that SELN means; None when it means none there is: SOFT/INVALID is raised."""
    if record.SELM == ALL:
        return list(LETTERS)
    if record.SELM == SPECIFIED and 0 <= (index := record.SELN + record.OFFS) < len(LETTERS):
        return [LETTERS[index]]
    if record.SELM == MASK and -15 <= (shift := record.SHFT) <= 15:
        mask = record.SELN >> shift if shift >= 0 else record.SELN << -shift
        return [letter for i, letter in enumerate(LETTERS) if mask >> i & 1]
    raise_alarm(record, SOFT, INVALID)
    return None
