"""Check sums that devices want behind a command, as texts. No thread."""

from __future__ import annotations

from functools import reduce
from operator import xor

from pydevpva.records.shared.calc.escapes import unescaped

_MODBUS = 0xA001


def crc16(command: str) -> str:
    r"""Modbus's CRC of an escaped command, as `\xLL\xHH`, low byte first; of nothing, nothing."""
    if not (raw := unescaped(command)):
        return ""
    crc = 0xFFFF
    for char in raw:
        crc ^= ord(char)
        for _ in range(8):
            crc = crc >> 1 ^ (_MODBUS if crc & 1 else 0)
    return f"\\x{crc & 0xFF:02x}\\x{crc >> 8:02x}"


def lrc(digits: str) -> str:
    """Modbus ASCII's LRC of hexadecimal digits, two of them a byte; what is no digit counts as 0."""
    values = [int(x, 16) if x in "0123456789abcdefABCDEF" else 0 for x in digits]
    total = sum(high * 16 + low for high, low in zip(values[::2], values[1::2], strict=False))
    return f"{-total & 0xFF:02X}" if digits else ""


def xor8(command: str) -> str:
    r"""All bytes of an escaped command xor each other, as `\xNN`; of nothing, nothing."""
    raw = unescaped(command)
    return f"\\x{reduce(xor, map(ord, raw)):02x}" if raw else ""
