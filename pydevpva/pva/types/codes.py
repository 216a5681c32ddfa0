"""DBF types as PVAccess type codes, and native values made fit for the wire. No thread.

p4p converts without a word (300 -> 44 as int8, NaN -> INT_MIN): what goes to it from here already fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from pydevpva.db.dbf import CHOICES, TYPES
from pydevpva.records.core.values import cast

CODES = {name: dbf.pva for name, dbf in TYPES.items() if dbf.pva}
_NUMBERS = {dbf.pva: dbf for dbf in TYPES.values() if dbf.numpy and dbf.name not in CHOICES}
RANGES = {code: dbf.range for code, dbf in _NUMBERS.items() if dbf.is_integer}
DTYPES = {code: np.dtype(dbf.numpy).name for code, dbf in _NUMBERS.items()}
_BY_DTYPE = {dtype: code for code, dtype in DTYPES.items()} | {"bool": "?"}


def limit(value: float, code: str) -> float:
    """A limit as a leaf of type `code`, as QSRV2's casts make it: NaN and what is beyond 64 bits is the smallest
    64-bit integer, of which the lower bits are 0; so a limit that is not set is 0 where VAL is an integer."""
    if code not in RANGES:
        return value
    wide = cast(value, "INT64" if RANGES[code][0] else "UINT64")
    return cast(wide, _NUMBERS[code].name)


def text(value: str) -> str | bytes:
    """A string for p4p: UTF-8 whatever came in, as p4p's clients fail in reading all of a PV with anything else."""
    if value.isascii():
        return value
    try:
        return value.encode()
    except UnicodeEncodeError:  # bytes that were no UTF-8 when they came in, or half a character of UTF-16
        return _NOT_UNICODE.sub("\ufffd", value).encode()


_NOT_UNICODE = re.compile("[\ud800-\udfff]")


def texts(values: Sequence[str]) -> list[str | bytes]:
    """Strings for p4p."""
    return [text(v) for v in values]


def any_value(value: Any) -> tuple[str, Any]:
    """(type code, value) for a variant leaf: numbers and text by their Python or numpy type, all else as text."""
    if isinstance(value, (bool, str)):
        return ("?", value) if isinstance(value, bool) else ("s", text(value))
    if isinstance(value, int):
        return ("l", value) if -(2**63) <= value < 2**63 else ("d", float(value))
    if isinstance(value, float):
        return "d", float(value)
    dtype, dimensions = getattr(value, "dtype", None), getattr(value, "ndim", 2)
    code = _BY_DTYPE.get(str(dtype))
    if code is None or dimensions > 1:
        return "s", text(str(value))
    return (f"a{code}", value) if dimensions else (code, value.item())


def user_tag(tag: int) -> int:
    """The low 32 bits of UTAG as the signed number that timeStamp.userTag is."""
    tag &= 0xFFFFFFFF
    return tag - 2**32 if tag >= 2**31 else tag
