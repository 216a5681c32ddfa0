"""Numbers as EPICS reads them from text (epicsStdlib.c). A number that does not fit its type is a ValueError.

No thread.
"""

from __future__ import annotations

import math
import re
import struct

from pydevpva.db.dbf import FLT_MAX, FLT_MIN, TYPES

SPACE = " \t\n\v\f\r"  # C's isspace
_INTEGER = re.compile(r"[ \t-\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9][0-9]*))")
_MOST_DIGITS = 64  # more are no number of any type, and slow to read
_DOUBLE = re.compile(
    r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan(?:\(\w*\))?)\s*\Z", re.IGNORECASE
)
_HEX = re.compile(r"\s*([+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?)\s*\Z")


def leading_integer(text: str) -> tuple[int, str] | None:
    """The decimal, 0x hexadecimal or 0 octal number that a text begins with, and the rest of the text; None: it begins
    with none (strtol with base 0). White space before it is skipped."""
    match = _INTEGER.match(text)
    if match is None:
        return None
    sign, hexadecimal, octal, decimal = match.groups()
    digits = hexadecimal or octal or decimal or "0"
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f'"{text}" is out of range')
    value = int(digits, 16 if hexadecimal else 8 if octal else 10)
    return -value if sign == "-" else value, text[match.end() :]


def parse_integer(text: str, after: str = SPACE) -> int:
    """A text that is an integer and nothing else: white space around it is allowed, behind it only that of `after`."""
    found = leading_integer(text)
    if found is None or found[1].strip(after):
        raise ValueError(f'"{text}" is not an integer')
    return found[0]


def parse_double(text: str) -> float:
    """A floating point number: C's syntax, 0x hexadecimal, inf and nan."""
    if _DOUBLE.match(text):
        text = text.strip()
        value = math.nan if "nan" in text.lower() else float(text)
        lost = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
        if lost or (math.isinf(value) and "inf" not in text.lower()):
            raise ValueError(f'"{text}" is out of range')
        return value
    match = _HEX.match(text)
    if match is None:
        raise ValueError(f'"{text}" is not a number')
    try:
        return float.fromhex(match[1])
    except OverflowError:
        raise ValueError(f'"{text}" is out of range') from None


def number(text: str, type_: str) -> int | float:
    """A .db file's text as a value of a numeric field type (dbPutStringNum). Empty is 0.

    As in EPICS an integer must fit 64 bits, and of that the field keeps its own low bits.
    """
    dbf = TYPES[type_]
    if not dbf.is_integer:
        value = parse_double(text or "0")
        if type_ == "FLOAT" and math.isfinite(value):
            if 0 < value <= FLT_MIN or abs(value) >= FLT_MAX:
                raise ValueError(f'"{text}" is out of range of a FLOAT')
            (value,) = struct.unpack("f", struct.pack("f", value))
        return value
    width, signed = dbf.bits, dbf.signed
    whole = parse_integer(text or "0")
    if not (-(1 << 63) <= whole < 1 << 63 if signed else abs(whole) < 1 << 64):
        raise ValueError(f'"{text}" is out of range')
    whole &= (1 << width) - 1
    return whole - (1 << width) if signed and whole >> (width - 1) else whole
