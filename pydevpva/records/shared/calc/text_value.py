"""Values of sCalc: a number, or a text of at most 39 bytes. No thread.

A text is a str of which each character is one byte, as the original counts; `inside` and `outside` convert.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from pydevpva.records.core.values import STRING_BYTES, format_float
from pydevpva.records.shared.calc.parse import to_number

Either: TypeAlias = float | str
DIGITS = 8  # of a number that becomes a text
RESULT_BYTES = STRING_BYTES - 1  # of what PRINTF, SSCANF, TR_ESC, WRITE and ESC make, as in the original
_BEGINS = frozenset("0123456789+-.iInN")
_LEADING = re.compile(
    r"[-+]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[-+]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf|nan)",
    re.IGNORECASE | re.ASCII,
)
_FIRST_DIGIT = re.compile(r"-?\.?[0-9]", re.ASCII)


def inside(text: str) -> str:
    """A field's text, one character a byte."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def outside(text: str) -> str:
    """The text for a field; half a character at the end is cut off."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def atof(text: str) -> float:
    """The number that a text begins with, else 0."""
    text = text.lstrip(" \t\n\v\f\r")
    if text[:1] not in _BEGINS or not text:
        return 0.0
    found = _LEADING.match(text)
    return 0.0 if found is None else to_number(found.group())


def first_number(text: str) -> float:
    """The number that begins with the first digit of a text, or with the point and the minus before it, else 0."""
    found = _FIRST_DIGIT.search(text)
    return 0.0 if found is None else atof(text[found.start() :])


def number(value: Either) -> float:
    """As a number."""
    return atof(value) if isinstance(value, str) else value


def text(value: Either) -> str:
    """As a text."""
    return value if isinstance(value, str) else show(value, DIGITS)


def show(value: float, digits: int) -> str:
    """A number with so many digits behind the point, as EPICS writes it."""
    return "NaN" if value != value else format_float(value, digits)[:STRING_BYTES]


def cut(value: str, size: int = STRING_BYTES) -> str:
    """What a value has room for; it ends at a NUL."""
    if "\0" in value:
        value = value.partition("\0")[0]
    return value[:size]
