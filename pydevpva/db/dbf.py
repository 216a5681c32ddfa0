"""The DBF types of fields, in one table (EPICS: dbFldTypes.h, dbConvert.c). No thread.

Names are without "DBF_". Everything that says what a type is, its range, its numpy type, its name on a network, is
made from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dbf:
    """One type. `bits` is 0 where values are no numbers; `pva` is PVAccess's type code, `dbr` the number of the type
    that Channel Access sends it as; both are as EPICS's servers do it, "" and -1 where they serve no such field."""

    name: str
    size: int  # bytes of one value, as C has it
    pva: str
    dbr: int
    numpy: str = ""  # dtype of arrays
    bits: int = 0
    signed: bool = False

    @property
    def is_integer(self) -> bool:
        return self.bits > 0 and self.numpy[0] in "iu"

    @property
    def range(self) -> tuple[int, int]:
        """The least and the greatest integer."""
        return (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1) if self.signed else (0, (1 << self.bits) - 1)


_STRING, _SHORT, _FLOAT, _ENUM, _CHAR, _LONG, _DOUBLE = range(7)  # Channel Access's types (db_access.h)
TYPES = {
    dbf.name: dbf
    for dbf in (
        Dbf("STRING", 40, "s", _STRING),
        Dbf("CHAR", 1, "b", _CHAR, "i1", 8, signed=True),
        Dbf("UCHAR", 1, "B", _CHAR, "u1", 8),
        Dbf("SHORT", 2, "h", _SHORT, "i2", 16, signed=True),
        Dbf("USHORT", 2, "H", _LONG, "u2", 16),
        Dbf("LONG", 4, "i", _LONG, "i4", 32, signed=True),
        Dbf("ULONG", 4, "I", _DOUBLE, "u4", 32),
        Dbf("INT64", 8, "l", _DOUBLE, "i8", 64, signed=True),
        Dbf("UINT64", 8, "L", _DOUBLE, "u8", 64),
        Dbf("FLOAT", 4, "f", _FLOAT, "f4", 32, signed=True),
        Dbf("DOUBLE", 8, "d", _DOUBLE, "f8", 64, signed=True),
        Dbf("ENUM", 2, "H", _ENUM, "u2", 16),
        Dbf("MENU", 2, "H", _ENUM, "u2", 16),
        Dbf("DEVICE", 2, "H", _ENUM, "u2", 16),
        Dbf("INLINK", 80, "s", _STRING),
        Dbf("OUTLINK", 80, "s", _STRING),
        Dbf("FWDLINK", 80, "s", _STRING),
        Dbf("NOACCESS", 8, "", -1),
    )
}
"""In EPICS's order."""

LINKS = ("INLINK", "OUTLINK", "FWDLINK")
CHOICES = ("ENUM", "MENU", "DEVICE")
FLOATS = ("FLOAT", "DOUBLE")
FLT_MIN, FLT_MAX = 1.1754943508222875e-38, 3.4028234663852886e38  # of FLOAT (C: float.h)
INTEGERS = {name: dbf.range for name, dbf in TYPES.items() if dbf.is_integer}
"""The range of each integer type, choices included."""
DTYPES = {name: dbf.numpy for name, dbf in TYPES.items() if dbf.numpy}
"""The numpy type of the elements of arrays."""
