"""What follows "@" in INP or OUT, for device support that takes a word or two from there. Database thread."""

from __future__ import annotations

from pydevpva.db.linktext import parse_link
from pydevpva.records.core.record import Record


def parameter(record: Record, field: str) -> str:
    """The text after "@" as it is now: the field may be changed at run time. "" for any other link."""
    link = parse_link(str(getattr(record, field)), "INLINK")
    return link.target if link.kind == "inst" else ""
