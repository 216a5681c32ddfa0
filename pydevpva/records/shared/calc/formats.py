"""PRINTF, WRITE and READ: a number or text by a format, and bytes by one (calc: sCalcPerform.c). No thread.

Formats are C's, but they are read here: what a client may write must not reach C's printf.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache

from pydevpva.records.core.values import STRING_BYTES
from pydevpva.records.shared.calc.cnumbers import float32, int32
from pydevpva.records.shared.calc.escapes import escaped, unescaped
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.sscanf import assigned, behind_percents
from pydevpva.records.shared.calc.text_value import RESULT_BYTES, Either, cut, number, text
from pydevpva.records.shared.formatting import Directive

_DECIDES = re.compile(r"%[^*cdeEfgGiousxX]*([*cdeEfgGiousxX])")
_DIRECTIVE = re.compile(r"%(?:%|([-+ #0]*)(\d*)(?:(\.)(\d*))?(hh|h|ll|l)?(?P<letter>[A-Za-z]?))")
_WHOLE, _REAL = "cdiouxX", "eEfgG"
_BITS = {"hh": 8, "h": 16, "": 32, "l": 64, "ll": 64}


def conversion(format_: Either) -> int:
    """Where the letter stands that decides: of the first conversion behind the last %%; -1: there is none."""
    if not isinstance(format_, str):
        raise CalcError("a number is no format")
    found = _DECIDES.search(format_, behind_percents(format_))
    if found is not None and found.group(1) == "*":
        raise CalcError("a format with * needs two values")
    return -1 if found is None else found.start(1)


def printf(format_: Either, value: Either) -> str:
    """$P(format, value): a format with one conversion; one with none stays as it is."""
    if conversion(format_) < 0:
        return cut(text(format_), RESULT_BYTES)
    before, directive, behind = _taken_apart(text(format_))
    return cut(before + ("" if directive is None else _shown(directive, value)) + behind, RESULT_BYTES)


@lru_cache(maxsize=256)
def _taken_apart(format_: str) -> tuple[str, tuple[str, ...] | None, str]:
    """What stands before and behind the one conversion of a format, and its parts."""
    texts, found, place = ["", ""], None, 0
    for directive in _DIRECTIVE.finditer(format_):
        texts[found is not None] += format_[place : directive.start()]
        place = directive.end()
        letter = directive.group("letter")
        if letter is None:
            texts[found is not None] += "%"
        elif not letter or letter not in _WHOLE + _REAL + "s":
            texts[found is not None] += directive.group()
        elif found is not None:
            raise CalcError("a format has one conversion")
        else:
            found = tuple(part or "" for part in directive.groups())
    texts[found is not None] += format_[place:]
    return texts[0], found, texts[1]


def _shown(parts: tuple[str, ...], value: Either) -> str:
    """A value by flags, width, point, digits, size and letter."""
    flags, width, point, digits, size, letter = parts
    precision = int(digits or 0) if point else None
    made = Directive(b"", flags.encode(), int(width or 0), precision, b"", ord(letter), room=STRING_BYTES + 1)
    if letter == "s":
        return made.format(text(value).encode("latin-1")).decode("latin-1")
    if letter in _REAL:
        return made.format(number(value)).decode()
    whole, bits = nearest32(number(value)), _BITS[size]
    if letter in "di":
        whole = (whole + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)
    else:
        whole %= 1 << bits
    return made.format(whole).decode("latin-1")


def nearest32(value: float) -> int:
    """The nearest 32-bit integer."""
    return int32(value + 0.5 if value >= 0 else value - 0.5)


# ---- bytes ----

_PACKED = {  # by letter, and whether h or l stands before it
    "c": "<b", "d": "<i", "i": "<i", "hd": "<h", "hi": "<h", "f": "<f", "lf": "<d",
} | {f"{size}{x}": packed for x in "ouxX" for size, packed in (("", "<I"), ("h", "<H"))}  # fmt: skip


def packing(letter: str, before: str) -> str:
    """The struct format of a conversion letter and the character before it."""
    if letter in _REAL:
        return _PACKED["lf" if before == "l" else "f"]
    return _PACKED[letter if letter == "c" or before != "h" else f"h{letter}"]


def write(format_: Either, value: Either) -> str:
    """$W(format, value): the value's bytes, the low one first, as escapes."""
    place, real = conversion(format_), number(value)
    letter, before = (text(format_)[place], text(format_)[place - 1]) if place > 0 else ("", "")
    if letter in ("", "s"):
        raise CalcError("a format of WRITE has one conversion, of a number")
    packed = packing(letter, before)
    if letter in _REAL:
        raw = struct.pack(packed, real if packed == "<d" else float32(real))
    else:
        raw = nearest32(real).to_bytes(4, "little", signed=True)[: struct.calcsize(packed)]
    return escaped(raw.decode("latin-1"))[:RESULT_BYTES]


def read(value: Either, format_: Either) -> float:
    """$R(text, format): the number whose bytes an escaped text has; `%*n` before it passes over n of them."""
    if not isinstance(value, str) or not isinstance(format_, str):
        raise CalcError("READ takes a text and a format")
    place, letter = assigned(format_)
    if letter in "[s":
        raise CalcError("READ gives numbers")
    packed = packing(letter, format_[place - 1])
    raw = unescaped(value).encode("latin-1")[_passed_over(format_[:place]) :]
    size = struct.calcsize(packed)
    return float(struct.unpack(packed, raw[:size].ljust(size, b"\0"))[0])


_PASSED_OVER = re.compile(r"\*(\d*)(h|l)?([diouxXeEfgG]?)")


def _passed_over(format_: str) -> int:
    """How many bytes `%*nX` stands for."""
    found = _PASSED_OVER.search(format_)
    if found is None:
        return 0
    count, size, letter = int(found.group(1) or 1), found.group(2), found.group(3)
    if size == "h":
        return count * 2
    if size == "l":
        return count * (8 if letter in (*_REAL, "") else 4)
    return count * 4 if letter else count
