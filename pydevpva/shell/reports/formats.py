"""How EPICS's commands spell values: numbers of dbStaticLib, escaped strings, columns. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache

from pydevpva.db.dbf import TYPES

ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", "'": "\\'", '"': '\\"', "\0": "\\0",
}  # fmt: skip
LINE = 80
SPECIAL = {"SPC_NOMOD": 1, "SPC_DBADDR": 2, "SPC_SCAN": 3, "SPC_ALARMACK": 5, "SPC_AS": 6, "SPC_ATTRIBUTE": 7,
           "SPC_MOD": 100, "SPC_RESET": 101, "SPC_LINCONV": 102, "SPC_CALC": 103}  # fmt: skip
SIZES = {name: dbf.size for name, dbf in TYPES.items()}


def escaped(text: str | bytes) -> str:
    """epicsStrnEscapedFromRaw: printable ASCII, C escapes, and \\xNN for every other byte."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return "".join(ESCAPES.get(chr(c)) or (chr(c) if 32 <= c < 127 else f"\\x{c:02x}") for c in raw)


_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|x([0-9a-fA-F])(?=.)|(x)|(.)|$)", re.DOTALL)
_RAW = {escape[1]: char for char, escape in ESCAPES.items()}


def unescaped(text: str) -> str:
    """dbTranslateEscape: what C escapes stand for; \\0 ends the string."""

    def raw(match: re.Match[str]) -> str:
        digits = match[1] or match[2]
        return chr(int(digits, 16)) if digits else _RAW.get(match[4], match[4] or "")

    return _ESCAPED.sub(raw, text).split("\0")[0]


@cache
def real(value: float, double: bool = True) -> str:
    """A float as dbStaticLib writes it (realToString): the shortest of its 15 (float: 7) digits, without zeros."""
    if value == 0:
        return "0"
    if math.isnan(value) or math.isinf(value):
        return ("-" if value < 0 else "") + ("nan" if math.isnan(value) else "inf")
    digits, delta = (14, 1e-15) if double else (6, 1e-6)
    if abs(value) < 2**31 - 1 and abs(value - int(value)) < abs(value) * delta:
        return str(int(value))
    sign, value = ("-", -value) if value < 0 else ("", value)
    size = int(math.log10(value))
    if size > 6 or size < -2:
        mantissa, exponent = f"{value:.{digits}e}".split("e")
        mantissa = _rounded(mantissa, digits)
        return f"{sign}{mantissa}{'' if '.' in mantissa else '.0'}e{exponent}"
    places = max(0, digits - size)
    text = f"{value:.{places}f}"
    return sign + (_rounded(text, digits) if places else text)


def _rounded(text: str, digits: int) -> str:
    """Drop the zeros, or the run of nines with rounding up, at the end of a decimal fraction."""
    end, carry = len(text) - 1, False
    while end > 0:
        before = text[end - 1]
        if text[end] == ".":
            end -= 1
            break
        if text[end] == "0":
            end -= 1
            continue
        if not carry and (end < digits or text[end] < "8"):
            break
        if before == "." and carry:
            end -= 2
        if before != "9":
            break
        carry = True
        end -= 1
    kept = text[: end + 1]
    return _next(kept) if carry else kept


def _next(text: str) -> str:
    """text with its last digit one higher, carried leftwards."""
    nines = len(text) - len(text.rstrip("9"))
    head = text[: len(text) - nines]
    return (head[:-1] + chr(ord(head[-1]) + 1) if head else "1") + "0" * nines


class Columns:
    """Messages side by side in lines of 80 characters, each padded to a tab stop (dbpr_msgOut in dbTest.c)."""

    def __init__(self, write: Callable[[str], object], tab: int) -> None:
        self._write, self._tab, self._line = write, tab, ""

    def add(self, message: str) -> None:
        self._insert(message[:LINE])
        if len(message) > LINE:
            self._insert(f"dbpr_msgOut: ERROR - msg length={len(message)} limit={LINE} ")

    def flush(self) -> None:
        if self._line:
            self._write(self._line)
        self._line = ""

    def _insert(self, message: str) -> None:
        if len(self._line) + len(message) > LINE:
            self.flush()
        self._line += message
        self._line = self._line.ljust(min(LINE, (len(self._line) // self._tab + 1) * self._tab))
