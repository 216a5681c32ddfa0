"""Times as text and as EPICS's seconds (EPICS: epicsTime.cpp). No thread."""

from __future__ import annotations

import re
import time

from pydevpva.records.core.record import NEVER

_FRACTION = re.compile(r"%(?:(%)|f|\+?0*([1-9]\d*)f)")
_LONGEST_PREFIX = 255


def seconds(stamp: int) -> float:
    """TIME in ns as seconds since EPICS's epoch."""
    whole, nanoseconds = divmod(stamp - NEVER, 1_000_000_000)
    return whole + nanoseconds * 1e-9


def formatted(stamp: int, text: str, size: int) -> str:
    """epicsTimeToStrftime: strftime's local time, and %0nf for n digits of the fraction of the second.

    A part that does not fit into what is left of size bytes is left out; a fraction shows as stars.
    """
    if stamp == NEVER:
        return "<undefined>"[:size]
    out = b""
    for prefix, digits in _parts(text):
        if len(out) >= size:
            break
        part = _strftime(prefix, stamp)
        if len(part) <= size - len(out):
            out += part
        if digits:
            if digits > size - len(out):
                return (out + b"*" * 12)[:size].decode("utf-8", "ignore")
            out += _fraction(stamp % 1_000_000_000, digits)
    return out.decode("utf-8", "ignore")


def _parts(text: str) -> list[tuple[str, int]]:
    """The format cut after each fraction: (what strftime knows, digits); 0 digits in the last."""
    parts, begin = [], 0
    for match in _FRACTION.finditer(text):
        if match[1] is None:
            parts.append((text[begin : match.start()], min(int(match[2] or 9), 9)))
            begin = match.end()
    return [*parts, (text[begin:], 0)]


def _strftime(text: str, stamp: int) -> bytes:
    if len(text) > _LONGEST_PREFIX:
        return b"<invalid format>"
    return time.strftime(text, time.localtime(stamp // 1_000_000_000)).encode("utf-8", "surrogateescape")


def _fraction(nanoseconds: int, digits: int) -> bytes:
    """Rounded, but never up to the next second."""
    unit: int = 10 ** (9 - digits)
    return b"%0*d" % (digits, min(nanoseconds + unit // 2, 999_999_999) // unit)
