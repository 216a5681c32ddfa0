"""Fields as dbStaticLib shows them (dbGetString): what dbpr and dbl print. Database thread, or before iocInit any.

Unlike dbGet, it knows no PREC: a DOUBLE is as long as it needs to be, an ENUM is its number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from pydevpva.db.dbf import FLOATS, LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.linktext import LinkText, parse_link
from pydevpva.db.model import Device, Field
from pydevpva.db.values import value_of
from pydevpva.errors import PydevpvaError
from pydevpva.records.core.record import NEVER, Record
from pydevpva.shell.reports.formats import real

HEX_BITS = {"CHAR": 32, "UCHAR": 32, "SHORT": 32, "USHORT": 16, "ENUM": 16, "LONG": 32, "ULONG": 32, "INT64": 64,
            "UINT64": 64}  # fmt: skip
SIZES = {"char": 1, "epicsUInt8": 1, "epicsInt8": 1, "epicsEnum16": 2, "short": 2, "long": 8, "epicsMutexId": 8,
         "EVENTPVT": 8}  # fmt: skip
HEX_SHOWN = 20
LINK_ROOM = 127


def static_text(definitions: Definitions, record: Record, field: Field) -> str:
    """A field as dbGetString gives it; "" for what has no text."""
    value = getattr(record, field.name)
    if field.type in LINKS:
        return link_text(definitions, record, field)[1]
    if field.type in FLOATS:
        return real(value, field.type == "DOUBLE")
    if field.type == "MENU":
        return _label(definitions.menu(field.menu).labels, value)
    if field.type == "DEVICE":
        return _label(tuple(definitions.devices(record.rtype.name)), value) if value is not None else ""
    if field.type in HEX_BITS:
        bits = HEX_BITS[field.type]
        return f"{value & (1 << bits) - 1:#x}" if field.base == "HEX" else str(int(value))
    return value if field.type == "STRING" else ""


def dump_text(definitions: Definitions, record: Record, field: Field) -> tuple[str, bool]:
    """A field's text, and whether that is what the .dbd gives it (dbIsDefaultValue)."""
    text = static_text(definitions, record, field)
    if field.type in LINKS or field.type == "STRING":
        return text, text == field.initial
    if field.type == "NOACCESS":
        return text, True
    if field.type == "DEVICE":
        return text, not definitions.devices(record.rtype.name)
    initial = value_of(field.initial, field, record.rtype.name, definitions) if field.initial else 0
    return text, getattr(record, field.name) == initial


def _label(labels: tuple[str, ...], index: int) -> str:
    if 0 <= index < len(labels):
        return labels[index]
    return str(index) if labels else ""


def link_text(definitions: Definitions, record: Record, field: Field) -> tuple[str, str]:
    """A link's kind as dbpr names it (CONSTANT, DB_LINK, CA_LINK, INST_IO, ...; LINK before iocInit), and its text."""
    link = getattr(record, field.name)
    text = str(link)
    if record.host is None:  # as loaded: nobody has looked at the text yet
        return ("LINK" if text else "CONSTANT"), text
    try:
        parsed = parse_link(text, field.type, _device(definitions, record, field))
    except (PydevpvaError, ValueError):
        return "CONSTANT", text
    if parsed.kind == "pv":
        return _pv_link(link, field, parsed)
    return parsed.type, text


def _device(definitions: Definitions, record: Record, field: Field) -> Device | None:
    if field.name not in ("INP", "OUT"):
        return None
    devices = list(definitions.devices(record.rtype.name).values())
    return devices[record.DTYP] if len(devices) > record.DTYP else None


def _pv_link(link: object, field: Field, parsed: LinkText) -> tuple[str, str]:
    process = parsed.process
    local = process in ("PP", "NPP") and getattr(link, "address", None) is not None
    kind = "DB_LINK" if local else "CA_LINK"
    if field.type == "FWDLINK":
        return kind, parsed.target + (" CA" if process == "CA" else "")
    return kind, f"{parsed.target} {process} {parsed.severity}"


def report(definitions: Definitions, record: Record, level: int) -> Iterator[str]:
    """The cells of dbpr, by field name: all fields with an interest up to level (dbpr_report in dbTest.c)."""
    for name in sorted(record.rtype.fields):
        field = record.rtype.fields[name]
        if field.interest > level:
            continue
        if field.type in LINKS:
            text = " ".join(link_text(definitions, record, field))
            yield f"{name:<4}: {text}"[:LINK_ROOM]
        elif field.type == "NOACCESS":
            yield f"{name:<4}: {_no_access(record, field)}"
        else:
            yield f"{name:<4}: {static_text(definitions, record, field)}"


def _no_access(record: Record, field: Field) -> str:
    """C structures: the time, and for pointers, lists and bytes what stands for them here."""
    value, declared = getattr(record, field.name, None), field.extra
    if field.name == "TIME":
        return time_text(record.TIME)
    if "*" in declared:
        if "BPTR" in record.rtype.fields and field.name in ("VAL", "BPTR"):  # the array hangs on BPTR, VAL is not used
            value = record.VAL if field.name == "BPTR" else None
        return f"PTR {id(value):#x}" if value is not None else "PTR (nil)"
    if declared.startswith("ELLLIST"):
        return "ELL 0 [(nil) .. (nil)]"
    count = int(m[1]) if (m := re.search(r"(\d+)\)?\]", declared)) else 1
    size = SIZES.get(declared.split()[0] if declared else "", 8) * count
    return "00 " * min(size, HEX_SHOWN)


def time_text(stamp: int) -> str:
    """ns since 1970 in local time, "<undefined>" before the first processing."""
    if stamp <= NEVER:
        return "<undefined>"
    seconds, nanoseconds = divmod(stamp, 10**9)
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)) + f".{nanoseconds:09d}"
