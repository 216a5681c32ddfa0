"""A value that is a number and a text: how links of sseq read and write it, by the type at their far end.

Database thread.
"""

from __future__ import annotations

import numpy as np

from pydevpva.db.dbf import CHOICES, LINKS
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.values import STRING_BYTES, Value, clip_text, format_float, leading_number

TEXTS = frozenset(("STRING", *CHOICES, *LINKS))
CHARACTERS = frozenset(("CHAR", "UCHAR"))
MOST_CHARACTERS = STRING_BYTES + 1

Both = tuple[float, str]


def of_number(number: float, digits: int) -> Both:
    """The number, and it as text with so many digits after the point."""
    return number, clip_text(format_float(number, digits), STRING_BYTES)


def of_text(text: str) -> Both:
    """The text, and the number that it begins with, or 0."""
    return leading_number(text), text


def read(link: Link, digits: int) -> Both | None:
    """What the link has, in both ways; None: nothing is known of its far end, or it cannot be read (LINK/INVALID)."""
    source = link.source()
    if source is None or link.is_constant:
        return None
    if source[0] in CHARACTERS:
        array = link.get_array(source[0], MOST_CHARACTERS)
        return of_text(_characters(array.tobytes())) if is_numbers(array) else None
    value = link.get("STRING" if source[0] in TEXTS else "DOUBLE")
    if value is None or value is NO_DATA:
        return None
    return of_text(value) if isinstance(value, str) else of_number(float(value), digits)


def for_link(link: Link, both: Both) -> tuple[Value, str] | None:
    """What is written to the link, and as which type; None: nothing, nothing is known of its far end."""
    source = link.source()
    if source is None:
        return None
    dbf, elements = source
    number, text = both
    if dbf in TEXTS:
        return text, "STRING"
    if dbf in CHARACTERS and elements > 1:
        raw = text.encode("utf-8", "surrogateescape")[:STRING_BYTES].ljust(min(elements, MOST_CHARACTERS), b"\0")
        return np.frombuffer(raw[:elements], "i1"), "CHAR"
    return number, "DOUBLE"


def _characters(raw: bytes) -> str:
    """Bytes up to the first NUL, as text that fits a string."""
    return clip_text(raw.split(b"\0")[0].decode("utf-8", "surrogateescape"), STRING_BYTES)
