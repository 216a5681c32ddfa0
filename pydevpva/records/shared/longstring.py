"""Long strings: VAL of lsi, lso and printf, up to SIZV bytes with the NUL that EPICS keeps behind it.

Also what the short ones, stringin and stringout, post. Database thread.
"""

from __future__ import annotations

import math

from pydevpva.db import json5
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.fields import refuse
from pydevpva.records.core.links import ConstantLink, Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, clip_text

SMALLEST, LARGEST = 16, 0x7FFF
ALWAYS = 1  # MPST, APST: post whether it changed or not


class LongString(Record):
    """VAL is a str; LEN its bytes and the NUL, 0 as long as it was never set. OVAL and OLEN are those last posted."""

    __slots__ = ()

    def init_early(self) -> None:
        self.SIZV = min(max(self.SIZV, SMALLEST), LARGEST)
        for name in ("VAL", "OVAL"):
            if name in self.rtype.fields:
                setattr(self, name, "")

    def array_info(self, field: str) -> tuple[str, int] | None:
        return ("STRING", 1) if field in ("VAL", "OVAL") else None

    def string_size(self, field: str) -> int:
        size: int = self.SIZV - 1
        return size

    def put_array(self, field: str, value: Array) -> None:
        if field != "VAL":
            raise refuse(self, field)
        self.set_text(value[0])
        self.post_field("LEN")

    def set_text(self, text: str) -> None:
        """VAL and LEN, from device support too."""
        self.VAL = clip_text(text, self.SIZV - 1)
        self.LEN = text_size(self.VAL)

    def load_text(self, link: Link) -> None:
        """VAL from a constant link."""
        if (text := constant_text(link)) is not None:
            self.set_text(text)

    def remember_text(self) -> None:
        """iocInit, after device support has started."""
        if self.LEN:
            self.OVAL, self.OLEN = self.VAL, self.LEN
            self.UDF = 0

    def post_text(self) -> None:
        """Settle the alarms and post VAL when it changed or MPST or APST ask for it."""
        mask = self.settle()
        if self.LEN != self.OLEN or self.VAL != self.OVAL:
            mask |= DBE_VALUE | DBE_LOG
            self.OVAL, self.OLEN = self.VAL, self.LEN
        self.post(mask | _always(self))


def text_size(text: str) -> int:
    """LEN of a text."""
    return len(text.encode("utf-8", "surrogateescape")) + 1


def post_string(record: Record) -> None:
    """post_text for stringin and stringout, which have no LEN."""
    mask = record.settle()
    if record.OVAL != record.VAL:
        mask |= DBE_VALUE | DBE_LOG
        record.OVAL = record.VAL
    record.post(mask | _always(record))


def _always(record: Record) -> int:
    """The mask that MPST and APST add."""
    return (DBE_VALUE if record.MPST == ALWAYS else 0) | (DBE_LOG if record.APST == ALWAYS else 0)


def constant_text(link: Link) -> str | None:
    """The string of a JSON constant, ["text"] or {const:"text"}; of a plain number, as in EPICS, an empty one.

    What is no number in JSON, 010 or NaN, is none there.
    """
    if not isinstance(link, ConstantLink) or link.value is None:
        return None
    value = link.value[0] if isinstance(link.value, list) and link.value else link.value
    if not isinstance(value, str):
        return None
    if link.text.lstrip()[:1] in ("[", "{"):
        return value
    return "" if _is_json_number(value) else None


def _is_json_number(text: str) -> bool:
    try:
        return math.isfinite(json5.parse(text))  # type: ignore[arg-type]  # it is a constant, so it is a number
    except ValueError:
        return False
