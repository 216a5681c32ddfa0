"""The DBR types: what a client may ask a value as, and how that lies on the wire (EPICS: db_access.h). No thread.

A type is one of seven bases with what is told in front of the value: nothing, the alarm (STS), the alarm and the time
(TIME), units and limits (GR), those and the control limits (CTRL).
"""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass

STRING_SIZE = 40
UNITS_SIZE = 8
STATES, STATE_SIZE = 16, 26
EPOCH = 631152000  # EPICS's, in seconds since POSIX's


@dataclass(frozen=True)
class Base:
    """What the value itself is. `dbf`: the type of a field that holds it; `limits`: struct's code of one limit."""

    name: str
    code: str  # struct's
    size: int
    dbf: str
    limits: str = ""
    status_pad: str = ""  # struct's code of what aligns a value behind the alarm
    time_pad: str = ""  # and behind the time

    @functools.cached_property
    def one(self) -> struct.Struct:
        """A value by itself, as it is on the wire."""
        return struct.Struct(f">{self.code}")

    @property
    def dtype(self) -> str:
        """numpy's, as it is on the wire."""
        return {"B": "u1"}.get(
            self.code, f">{'u' if self.code == 'H' else 'i' if self.code in 'hi' else 'f'}{self.size}"
        )


STRING = Base("STRING", f"{STRING_SIZE}s", STRING_SIZE, "STRING")
SHORT = Base("SHORT", "h", 2, "SHORT", "h", "", "2x")
FLOAT = Base("FLOAT", "f", 4, "FLOAT", "f")
ENUM = Base("ENUM", "H", 2, "ENUM", "", "", "2x")
CHAR = Base("CHAR", "B", 1, "UCHAR", "B", "x", "3x")
LONG = Base("LONG", "i", 4, "LONG", "i")
DOUBLE = Base("DOUBLE", "d", 8, "DOUBLE", "d", "4x", "4x")
BASES = (STRING, SHORT, FLOAT, ENUM, CHAR, LONG, DOUBLE)
FLOATS = (FLOAT, DOUBLE)

PLAIN, STS, TIME, GR, CTRL, ACK, STSACK, CLASS = "", "STS", "TIME", "GR", "CTRL", "PUT_ACK", "STSACK", "CLASS"


@dataclass(frozen=True, slots=True)
class Dbr:
    """One type by its number. `front` is what lies in front of the value, `one` both for a single value."""

    number: int
    kind: str
    base: Base
    front: struct.Struct
    one: struct.Struct

    @property
    def name(self) -> str:
        """As EPICS says it, without DBR_."""
        return "_".join(part for part in (self.kind, self.base.name) if part)

    def size(self, count: int) -> int:
        """Bytes of so many values, without padding (dbr_size_n)."""
        return self.front.size + count * self.base.size


def _front(kind: str, base: Base) -> str:
    if kind == STSACK:
        return "hhhh"
    if kind in (PLAIN, ACK, CLASS):
        return ""
    if kind == TIME:
        return "hhII" + base.time_pad
    if kind == STS or base is STRING:
        return "hh" + base.status_pad
    if base is ENUM:
        return "hhh" + f"{STATE_SIZE}s" * STATES
    precision = "h2x" if base in FLOATS else ""
    return (
        "hh" + precision + f"{UNITS_SIZE}s" + base.limits * (8 if kind == CTRL else 6) + ("x" if base is CHAR else "")
    )


def _types() -> list[tuple[str, Base]]:
    usual = [(kind, base) for kind in (PLAIN, STS, TIME, GR, CTRL) for base in BASES]
    return [*usual, (ACK, SHORT), (ACK, SHORT), (STSACK, STRING), (CLASS, STRING)]


TYPES = tuple(
    Dbr(
        number, kind, base, struct.Struct(">" + _front(kind, base)), struct.Struct(">" + _front(kind, base) + base.code)
    )
    for number, (kind, base) in enumerate(_types())
)
"""By their numbers."""
PUT_ACKT, PUT_ACKS = 35, 36
