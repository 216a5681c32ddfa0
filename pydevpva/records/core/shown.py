"""What is shown of a field besides its value: units, precision, limits (EPICS: rset get_*, recGbl.c).

Database thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydevpva.db.dbf import FLOATS
from pydevpva.records.core.properties import Pair, Source
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import clip_text

NAN = float("nan")
UNITS_BYTES = 15  # DB_UNITS_SIZE less the terminating NUL
RANGES: dict[str, Pair] = {
    "CHAR": (-128.0, 127.0), "UCHAR": (0.0, 255.0), "SHORT": (-32768.0, 32767.0), "USHORT": (0.0, 65535.0),
    "ENUM": (0.0, 65535.0), "LONG": (-(2.0**31), 2.0**31 - 1), "ULONG": (0.0, 2.0**32 - 1),
    "INT64": (-(2.0**63), 2.0**63), "UINT64": (0.0, 2.0**64), "FLOAT": (-1e30, 1e30), "DOUBLE": (-1e300, 1e300),
}  # fmt: skip
NUMERIC = frozenset(RANGES)


def _value(record: Record, source: Source) -> float:
    if isinstance(source, str):
        return float(getattr(record, source))
    return float(source(record)) if callable(source) else source


def _far(record: Record, name: str) -> tuple[Record, str] | None:
    """The record and field that a value came from through its link; None when the link is no database link."""
    address = getattr(getattr(record, record.properties.from_links[name]), "address", None)
    return None if address is None else (address.record, address.field.name)


def _told(record: Record, name: str, what: str) -> Any:
    """What the link itself tells of its value; None when it tells nothing."""
    tell = getattr(getattr(record, record.properties.from_links[name]), what, None)
    return None if tell is None else tell()


def units(record: Record, name: str) -> str | None:
    """The unit of a field, or None when the record type has no units (rset get_units)."""
    table = record.properties
    if table.units_types is None and not table.units_fields:
        return None
    if name in table.from_links:
        if (told := _told(record, name, "units")) is not None:
            return str(told)
        far = _far(record, name)
        return (units(*far) or "") if far else ""
    if (text := table.units_fields.get(name)) is not None:
        if not text.startswith("="):
            return text
        if record.dbf(name) in ("STRING", "ENUM"):
            return ""
        field, slash, more = text[1:].partition("/")
        return clip_text(f"{getattr(record, field)}{slash}{more}", UNITS_BYTES)
    has = name not in table.units_not and record.find_field(name).type in (table.units_types or ())
    return str(getattr(record, "EGU", "")) if has else ""


def precision(record: Record, name: str) -> int | None:
    """Digits after the point for a FLOAT or DOUBLE field, None for all others (rset get_precision)."""
    table = record.properties
    if table.precision is None or record.dbf(name) not in FLOATS:
        return None
    if name in table.precision_fields:
        return int(_value(record, table.precision_fields[name]))
    digits = int(getattr(record, table.precision_field, 0))
    if name in table.from_links:
        far = _far(record, name)
        there = precision(*far) if far else _told(record, name, "precision")
        return digits if there is None else there
    return digits if name in table.precision or 0 <= digits <= 15 else 15


def shown_digits(record: Record, name: str) -> int:
    """Digits after the point of a field that is read as a text: 6 where its type tells none (cvt_d_st)."""
    table = record.properties
    digits = precision(record, name)
    own = name in table.precision_fields or name in table.from_links
    if digits is None or not (own or table.precision_field in record.rtype.fields):
        return 6
    return digits & 0xFFFF


def text_digits(record: Record) -> int:
    """Digits after the point of a float that is written to a STRING field (dbFastLinkConv.c: cvt_d_st)."""
    table = record.properties
    return 6 if table.precision is None else int(getattr(record, table.precision_field, 6)) & 0xFFFF


def display_limits(record: Record, name: str) -> Pair | None:
    """Low and high for displays (rset get_graphic_double)."""
    if name in record.properties.from_links:
        far = _far(record, name)
        there = display_limits(*far) if far else _told(record, name, "display_limits")
        return there or (0.0, 0.0)
    return _limits(record, name, record.properties.display, record.properties.display_ranges)


def control_limits(record: Record, name: str) -> Pair | None:
    """Low and high for controls (rset get_control_double)."""
    if name in record.properties.driven and record.DRVH > record.DRVL:
        return float(record.DRVL), float(record.DRVH)
    return _limits(record, name, record.properties.control, record.properties.control_ranges)


def _limits(record: Record, name: str, table: Mapping[str, tuple[Source, Source]] | None, ranges: bool) -> Pair | None:
    dbf = record.dbf(name)
    if table is None or dbf not in NUMERIC:
        return None
    if name in table:
        low, high = table[name]
        return _value(record, low), _value(record, high)
    return RANGES.get(record.find_field(name).type, (0.0, 0.0)) if ranges else (0.0, 0.0)


def alarm_limits(record: Record, name: str) -> tuple[float, float, float, float] | None:
    """LOLO, LOW, HIGH, HIHI of a field, NaN where not set (rset get_alarm_double)."""
    table = record.properties.alarm
    if table is None or record.dbf(name) not in NUMERIC:
        return None
    if name in record.properties.from_links:
        far = _far(record, name)
        there = alarm_limits(*far) if far else _told(record, name, "alarm_limits")
        return there or (NAN, NAN, NAN, NAN)
    how = table.get(name)
    if how is None:
        return (NAN, NAN, NAN, NAN)
    names = (("LOLO", "LLSV"), ("LOW", "LSV"), ("HIGH", "HSV"), ("HIHI", "HHSV"))
    lolo, low, high, hihi = (
        float(getattr(record, limit)) if how == "always" or getattr(record, severity) else NAN
        for limit, severity in names
    )
    return (lolo, low, high, hihi)
