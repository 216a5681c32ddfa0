"""C's printf directives, as far as the printf record has them, on bytes (EPICS: printfRecord.c). No thread."""

from __future__ import annotations

import math
from dataclasses import dataclass

_UNSIGNED = b"ouxX"
MOST_DIGITS = 1100  # that a DOUBLE has: behind them are zeros, and nothing is rounded
CONVERSIONS = b"diouxXeEfFgGcs%"


@dataclass
class Directive:
    """One %... of a format. `text` is what to show when it cannot be done."""

    text: bytes = b"%"
    flags: bytes = b""
    width: int = 0
    precision: int | None = None
    size: bytes = b""  # "", hh, h, l or ll
    conversion: int = 0
    bad: bool = False
    room: int = 1 << 16  # bytes of VAL that are left: no more are made, whatever width and precision say

    @property
    def left(self) -> bool:
        return b"-" in self.flags

    def format(self, value: int | float | bytes) -> bytes:
        """The value as C prints it."""
        if isinstance(value, bytes):
            return self.pad(b"", value if self.precision is None else value[: self.precision], zeros=False)
        if self.conversion == ord("c"):
            return self.pad(b"", bytes([int(value) & 0xFF]), zeros=False)
        return self._float(value) if isinstance(value, float) else self._integer(value)

    def _sign(self, negative: bool) -> bytes:
        if negative:
            return b"-"
        return b"+" if b"+" in self.flags else b" " if b" " in self.flags else b""

    def _integer(self, value: int) -> bytes:
        kind = self.conversion
        digits = format(abs(value), chr(kind) if kind in b"oxX" else "d").encode()
        if self.precision is not None:
            digits = (
                b"" if not value and not self.precision else digits.rjust(self._at_most(self.precision, digits), b"0")
            )
        prefix = b"" if kind in _UNSIGNED else self._sign(value < 0)
        if b"#" in self.flags:
            if kind == ord("o") and digits[:1] != b"0":
                digits = b"0" + digits
            elif kind in b"xX" and value:
                prefix = b"0" + bytes([kind])
        return self.pad(prefix, digits, zeros=self.precision is None)

    def _float(self, value: float) -> bytes:
        alternate = "#" if b"#" in self.flags else ""
        precision = "" if self.precision is None else f".{min(self.precision, self.room + MOST_DIGITS)}"
        digits = f"%{alternate}{precision}{chr(self.conversion)}" % abs(value)
        return self.pad(self._sign(math.copysign(1, value) < 0), digits.encode(), zeros=math.isfinite(value))

    def pad(self, prefix: bytes, digits: bytes, zeros: bool) -> bytes:
        """Blanks or zeros up to the width, no more of them than there is room for."""
        text = prefix + digits
        width = self._at_most(self.width, text)
        if self.left:
            return text.ljust(width)
        if zeros and b"0" in self.flags:
            return prefix + digits.rjust(width - len(prefix), b"0")
        return text.rjust(width)

    def _at_most(self, width: int, text: bytes) -> int:
        return min(width, self.room + len(text))
