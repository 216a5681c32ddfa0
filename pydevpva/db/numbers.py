"""Numbers as EPICS reads them from text (epicsStdlib.c). A number that does not fit its type is a ValueError."""

from __future__ import annotations

import math
import re
import struct

from pydevpva.db.dbf import TYPES

_INTEGER = re.compile(r"[ \t-\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9][0-9]*))[ \t-\r]*\Z")
_DOUBLE = re.compile(
    r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan(?:\(\w*\))?)\s*\Z", re.IGNORECASE
)
_HEX = re.compile(r"\s*([+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?)\s*\Z")
_FLT_MIN, _FLT_MAX = 1.1754943508222875e-38, 3.4028234663852886e38


def parse_integer(text: str) -> int:
    """A decimal, 0x hexadecimal or 0 octal number, with white space around it."""
    match = _INTEGER.match(text)
    if match is None:
        raise ValueError(f'"{text}" is not an integer')
    sign, hexadecimal, octal, decimal = match.groups()
    digits = hexadecimal or octal or decimal or "0"
    if len(digits) > 64:
        raise ValueError(f'"{text}" is out of range')
    value = int(digits, 16 if hexadecimal else 8 if octal else 10)
    return -value if sign == "-" else value


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
            if 0 < value <= _FLT_MIN or abs(value) >= _FLT_MAX:
                raise ValueError(f'"{text}" is out of range of a FLOAT')
            (value,) = struct.unpack("f", struct.pack("f", value))
        return value
    width, signed = dbf.bits, dbf.signed
    whole = parse_integer(text or "0")
    if not (-(1 << 63) <= whole < 1 << 63 if signed else abs(whole) < 1 << 64):
        raise ValueError(f'"{text}" is out of range')
    whole &= (1 << width) - 1
    return whole - (1 << width) if signed and whole >> (width - 1) else whole
