"""Fields as autosave reads and restores them (EPICS: autosave's dbrestore.c). Database thread.

A restore processes nothing: it stores, as the database file would have done. Its errors are ValueErrors and PutErrors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pydevpva.db.dbf import CHOICES, FLOATS, LINKS, TYPES
from pydevpva.db.model import Field
from pydevpva.db.numbers import number, parse_integer
from pydevpva.errors import PutError
from pydevpva.records.core import fields
from pydevpva.records.core.arrays import copy, is_array, is_numbers, same
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, Scalar, Sent, Value

if TYPE_CHECKING:
    from pydevpva.engine.address import Address
    from pydevpva.engine.database import Database

# why a value is passed over
LATER, EARLIER, NEVER = "arrays are for pass 1", "links are for pass 0", "nobody may write to it"
ROUNDED = "is what the C module keeps of a 64-bit integer: its last digits are lost"
_WHOLE = re.compile(r"\s*[-+]?(?:0[xX][0-9a-fA-F]+|\d+)")
_REAL = re.compile(r"\s*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[iI][nN][fF]\w*|[nN][aA][nN])")


def read(address: Address) -> tuple[str, Value] | None:
    """DBF type and value, which is nobody else's; None: it has none that a line could hold."""
    try:
        value = address.get()
    except PutError:
        return None
    if is_numbers(value) and value.ndim != 1:
        return None
    if not is_array(value) and not isinstance(value, (int, float, str)):
        return None
    return address.dbf, copy(value)


# ---- restoring ----


def restore_before(database: Database, record: Record, field: Field, value: str | list[str]) -> str | None:
    """Pass 0, records are made and nothing else is done: None, or why it is passed over."""
    if field.special == "SPC_NOMOD":
        return NEVER
    if isinstance(value, list) or record.array_info(field.name) is not None:
        return LATER
    if field.type in LINKS:
        database.set_loaded_link(record, field, value)
        return None
    _set(record, field, _native(record, field, value))
    return None


def restore_after(record: Record, field: Field, value: str | list[str]) -> tuple[str | None, list[str]]:
    """Pass 1, records are initialised: why it is passed over, or None; and what is lost of it."""
    if field.type in LINKS:
        return EARLIER, []
    if field.special == "SPC_NOMOD":
        return NEVER, []
    if (info := record.array_info(field.name)) is not None:
        sent, lost = _elements(record, field, value, info)
        fields.put(record, field, sent)
        return None, lost
    if isinstance(value, list):
        raise ValueError("an array cannot go into a single value")
    native = _native(record, field, value)
    if field.type == "DEVICE" and native != getattr(record, field.name):
        raise ValueError("DTYP is restored in pass 0")
    if field.special == "SPC_CALC" or field.name in record.code_fields:
        if not same(native, getattr(record, field.name)):
            fields.put(record, field, native)
    else:
        _set(record, field, native)
    return None, []


def _set(record: Record, field: Field, value: Scalar) -> None:
    setattr(record, field.name, value)
    if field.name == "VAL":
        record.UDF = 0


def _native(record: Record, field: Field, text: str) -> Scalar:
    """A scalar's text as the field's own type (dbPutString)."""
    if field.type == "STRING":
        size = len(text.encode("utf-8", "surrogateescape"))
        if field.size and size >= field.size:
            raise ValueError(f"{size} bytes are too long; {field.name} takes {field.size - 1}")
        return text or ("0" if field.special == "SPC_CALC" else "")
    if field.type in CHOICES:
        return _index(record, field, text.strip())
    if field.type == "NOACCESS":
        raise ValueError("this field cannot be restored")
    if not text.strip():
        raise ValueError("no value is saved")
    try:
        found = number(text, field.type)
        if isinstance(found, int) and not _fits(parse_integer(text), field.type):
            raise ValueError(f"{text.strip()} does not fit a {field.type}")
        return found
    except ValueError as error:
        if field.type in ("INT64", "UINT64") and "e+" in text:
            raise ValueError(f"{text} {ROUNDED}") from None
        raise ValueError(str(error)) from None


def _fits(whole: int, dbf: str) -> bool:
    """EPICS would keep the low bits, of a value that was saved when the record was of another type for instance."""
    least, greatest = TYPES[dbf].range if TYPES[dbf].size > 1 else (-128, 255)  # characters are written either way
    return least <= whole <= greatest


def _index(record: Record, field: Field, text: str) -> int:
    """Of a menu or of states, by its number or its text."""
    try:
        index = parse_integer(text or "0")
    except ValueError:
        labels = record.state_names() if field.type == "ENUM" else record.choices(field.name)
        if text in labels:
            return list(labels).index(text)
        raise ValueError(f'"{text}" is none of {", ".join(filter(None, labels))}') from None
    most = 0xFFFF if field.type == "ENUM" else len(record.host.choices(record, field)) - 1
    if not 0 <= index <= most:
        raise ValueError(f"{index} is not the index of a choice, 0 to {most}")
    return index


def _elements(record: Record, field: Field, value: str | list[str], info: tuple[str, int]) -> tuple[Sent, list[str]]:
    """The elements for an array, and what is lost of them."""
    dbf, capacity = info
    if capacity == 1 and record.string_size(field.name):  # a long string
        text = value if isinstance(value, str) else "".join(value[:1])
        size, room = len(text.encode("utf-8", "surrogateescape")), record.string_size(field.name)
        return text, [f"only {room} of {size} bytes have room"] if size > room else []
    if isinstance(value, str):
        value = [value] if value else []
    lost = [f"only {capacity} of {len(value)} elements have room"] if len(value) > capacity else []
    if dbf == "STRING":
        cut = sum(len(text.encode("utf-8", "surrogateescape")) > STRING_BYTES for text in value[:capacity])
        return value[:capacity], lost + [f"{cut} texts are too long and cut"] * (cut > 0)
    numbers: list[Scalar] = []
    for text in value[:capacity]:
        found = _leading(text, dbf)
        if found is None:
            lost.append(f'"{text}" is no number: it is 0')
        elif isinstance(found, int) and not _fits(found, dbf):
            lost.append(f'"{text}" does not fit a {dbf}: of its bits the low ones are taken')
        numbers.append(0 if found is None else found)
    with np.errstate(all="ignore"):
        return (np.array(numbers, "f4") if dbf == "FLOAT" else numbers), lost


def _leading(text: str, dbf: str) -> Scalar | None:
    """What a text begins with of a number (atol, atof); None: nothing."""
    pattern = _REAL if dbf in FLOATS else _WHOLE
    found = pattern.match(text)
    if dbf in ("INT64", "UINT64") and "e+" in text:
        raise ValueError(f"{text} {ROUNDED}")
    if found is None:
        return None
    return float(found[0]) if pattern is _REAL else int(found[0], 0 if "x" in found[0].lower() else 10)


def as_sent(address: Address, value: str | Sequence[str]) -> Sent:
    """A saved value for a put into the running IOC: a choice by its number, where it is one."""
    if not value and not address.long and (shape := address.record.array_info(address.field.name)) is not None:
        return _elements(address.record, address.field, "", shape)[0]
    if isinstance(value, str):
        is_choice = address.dbf in CHOICES and value.strip().isdigit()
        return int(value) if is_choice else value
    info = (address.dbf, address.elements)
    return _elements(address.record, address.field, list(value), info)[0]
