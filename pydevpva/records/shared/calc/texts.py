"""sCalc's expressions with texts: operators and functions of numbers and texts (calc: sCalcPerform.c). No thread.

Integers have other sizes than in expressions without texts, as in the original.
"""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.records.core.values import STRING_BYTES
from pydevpva.records.shared.calc import checksums, cnumbers, formats, numeric, sscanf
from pydevpva.records.shared.calc.cnumbers import int32, int64, wrap32
from pydevpva.records.shared.calc.escapes import escaped, unescaped
from pydevpva.records.shared.calc.program import Dialect, nearest
from pydevpva.records.shared.calc.text_value import RESULT_BYTES, Either, cut, first_number, number, text

_ROOM = STRING_BYTES + 1


def _of_number(function: Callable[[float], float]) -> Callable[[Either], float]:
    return lambda a: function(number(a))


def _of_numbers(function: Callable[[float, float], float]) -> Callable[[Either, Either], float]:
    return lambda a, b: function(number(a), number(b))


def _of_text(function: Callable[[str], str]) -> Callable[[Either], Either]:
    """A function of a text; a number passes as it is."""
    return lambda a: cut(function(a)) if isinstance(a, str) else a


def _compare(
    numbers: Callable[[float, float], bool], texts: Callable[[str, str], bool]
) -> Callable[[Either, Either], float]:
    """Texts as texts; when one is a number, both as numbers."""

    def compare(a: Either, b: Either) -> float:
        if isinstance(a, str) and isinstance(b, str):
            return 1.0 if texts(a, b) else 0.0
        return 1.0 if numbers(number(a), number(b)) else 0.0

    return compare


def add(a: Either, b: Either) -> Either:
    """+"""
    if isinstance(a, str) and isinstance(b, str):
        return (a + b)[:STRING_BYTES]
    return number(a) + number(b)


def subtract(a: Either, b: Either) -> Either:
    """- and -|: without the first occurrence."""
    if isinstance(a, str) and isinstance(b, str):
        return a.replace(b, "", 1) if b else a
    return number(a) - number(b)


def subtract_last(a: Either, b: Either) -> Either:
    """|-: without the last occurrence, but for one at the beginning."""
    if isinstance(a, str) and isinstance(b, str):
        place = a.rfind(b, 1) if b else -1
        return a if place < 0 else a[:place] + a[place + len(b) :]
    return number(a) - number(b)


def modulo(a: Either, b: Either) -> float:
    """% of 64-bit integers."""
    return cnumbers.remainder(int64(number(a)), int64(number(b)) or numeric.by_zero())


def shift(a: Either, by: Either, sign: int) -> Either:
    """>> and <<: of a number's bits; of a text, whose end is cut, with blanks from the left, or its beginning away."""
    count = number(by)
    if not isinstance(a, str):
        bits, value = int32(count) & 31, int32(a)
        return float(value >> bits) if sign > 0 else wrap32(value << bits)
    places = sign * nearest(min(max(count, -_ROOM), _ROOM))
    return (" " * places + a)[:STRING_BYTES] if places >= 0 else a[-places:]


def larger(a: Either, b: Either) -> Either:
    """>?"""
    if isinstance(a, str) and isinstance(b, str):
        return max(a, b)
    return cnumbers.larger(number(a), number(b))


def smaller(a: Either, b: Either) -> Either:
    """<?"""
    if isinstance(a, str) and isinstance(b, str):
        return min(a, b)
    return cnumbers.smaller(number(a), number(b))


def _extreme(texts: Callable[..., str], numbers: Callable[..., float]) -> Callable[..., Either]:
    """MAX and MIN: texts as texts, when one is a number all as numbers."""

    def extreme(*values: Either) -> Either:
        if all(isinstance(value, str) for value in values):
            return texts(values)
        return numbers(*map(number, values))

    return extreme


def subrange(a: Either, first: Either, last: Either) -> str:
    """a[first,last]: characters by number, negative from the end; behind and before a text."""
    whole = text(a)
    size = len(whole)
    if isinstance(first, str):
        found = whole.find(first)
        begin = found + len(first) if found >= 0 else 0
    else:
        begin = int32(first) + (size if first <= -1 else 0)
    if isinstance(last, str):
        found = whole.find(last) if last else -1
        end = found - 1 if found >= 0 else size
    else:
        end = int32(last) + (size if last <= -1 else 0)
    return whole[min(max(begin, 0), size) : max(end + 1, 0)]


def replace(a: Either, old: Either, new: Either) -> str:
    """a{old,new}: with the first occurrence of a text replaced."""
    return text(a).replace(text(old), text(new), 1)[:STRING_BYTES]


def byte(a: Either) -> float:
    """BYTE: the code of the first character, of a signed char; a number as it is."""
    if not isinstance(a, str):
        return a
    code = ord(a[0]) if a else 0
    return float(code - 256 if code > 127 else code)


def double(a: Either) -> float:
    """DBL: the first number in a text."""
    return first_number(a) if isinstance(a, str) else a


ONE: dict[str, Callable[[Either], Either]] = {
    **{name: _of_number(function) for name, function in numeric.ONE.items()},
    "INVERT": lambda a: float(~int32(number(a))),
    "NINT": lambda a: cnumbers.nint(double(a)),
    "DBL": double,
    "STR": text,
    "LEN": lambda a: float(len(text(a))),
    "BYTE": byte,
    "TR_ESC": _of_text(lambda a: cut(unescaped(a), RESULT_BYTES)),
    "ESC": _of_text(lambda a: escaped(a)[:RESULT_BYTES]),
    "CRC16": _of_text(checksums.crc16),
    "MODBUS": _of_text(lambda a: a + checksums.crc16(a)),
    "LRC": _of_text(checksums.lrc),
    "AMODBUS": _of_text(lambda a: f":{a}{checksums.lrc(a)}" if a else a),
    "XOR8": _of_text(checksums.xor8),
    "ADD_XOR8": _of_text(lambda a: a + checksums.xor8(a)),
}
_STRCMP: dict[str, Callable[[str, str], bool]] = {
    "EQ": str.__eq__, "NE": str.__ne__, "GT": str.__gt__, "LT": str.__lt__, "GE": str.__ge__, "LE": str.__le__,
}  # fmt: skip
TWO: dict[str, Callable[[Either, Either], Either]] = {
    **{name: _of_numbers(function) for name, function in numeric.TWO.items()},
    **{name: _compare(relation, _STRCMP[name]) for name, relation in numeric.RELATIONS.items()},
    "ADD": add,
    "SUB": subtract,
    "SUBLAST": subtract_last,
    "MOD": modulo,
    "RIGHT": lambda a, b: shift(a, b, 1),
    "LEFT": lambda a, b: shift(a, b, -1),
    "LARGER": larger,
    "SMALLER": smaller,
    "PRINTF": formats.printf,
    "SSCANF": sscanf.sscanf,
    "WRITE": formats.write,
    "READ": formats.read,
}
DIALECT = Dialect(
    none=numeric.NONE,
    one=ONE,
    two=TWO,
    three={"SUBRANGE": subrange, "REPLACE": replace},
    many={
        "MAX": _extreme(max, cnumbers.largest),
        "MIN": _extreme(min, cnumbers.smallest),
        "FINITE": lambda *values: cnumbers.all_finite(*map(number, values)),
        "ISNAN": lambda *values: cnumbers.any_nan(*map(number, values)),
    },
    number=number,
    other=text,
    nothing="",
)
TEXT_CODES = frozenset(  # what makes an expression one of texts
    [
        "OTHER",
        "SVAL",
        "STR",
        "PRINTF",
        "WRITE",
        "SSCANF",
        "READ",
        "TEXT",
        "SUBRANGE",
        "REPLACE",
        "OTHER_AT",
        "STORE_OTHER",
        "STORE_OTHER_AT",
        "TR_ESC",
        "ESC",
        "CRC16",
        "MODBUS",
        "LRC",
        "AMODBUS",
        "XOR8",
        "ADD_XOR8",
        "LEN",
    ]
)
