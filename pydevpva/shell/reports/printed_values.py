"""A field's value as dbgf prints it, and a typed value as dbpf reads it (dbTest.c). Database thread."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydevpva.db import json5
from pydevpva.db.dbf import CHOICES, FLOATS, LINKS, TYPES
from pydevpva.engine.address import Address
from pydevpva.records.core.arrays import as_list, is_array
from pydevpva.records.core.values import Scalar, converter, plain_text
from pydevpva.records.shared.characters import get as served
from pydevpva.shell.reports.formats import escaped

SIZES = {name: dbf.size for name, dbf in TYPES.items() if name == "STRING" or (dbf.bits and name not in CHOICES)}
BUFFER = 800  # bytes dbgf reads: what is beyond in a long array is not shown
CHUNK, STRING_ROOM = 75, 76
BITS = {"SHORT": 16, "USHORT": 16, "LONG": 32, "ULONG": 32, "UINT64": 64}


def cells(address: Address) -> Iterator[str]:
    """The cells of dbgf: the type, then the elements."""
    states = address.elements_in_use() if address.dbf == "ENUM" else 0
    if is_array(states):  # EPICS has no text for an array of states
        yield _head("STRING", len(states))
        yield from ("failed." for _ in states[:1])
        return
    dbf, elements = read(address)
    yield _head(dbf, len(elements))
    if dbf == "CHAR" and len(elements) > 1:
        yield from characters(bytes(int(c) & 255 for c in elements))
    else:
        yield from (show(dbf, element) for element in elements)


def _head(dbf: str, count: int) -> str:
    return f"DBF_{dbf}{'' if count == 1 else f'[{count}]'}: {'' if count else '(empty)'}"


def read(address: Address) -> tuple[str, list[Scalar]]:
    """(DBR type, elements) as dbgf asks for them: choices and links as text, "$" as characters."""
    dbf = address.dbf
    if address.is_strings:
        return "CHAR", list(served(address.record, address.field))
    if address.long:
        raw = str(address.get()).encode("utf-8", "surrogateescape") + b"\0"
        return "CHAR", list(raw[:BUFFER])
    if dbf not in SIZES or dbf in LINKS or (dbf == "STRING" and address.elements == 1):
        return "STRING", [_clip(address.text())]
    value = address.elements_in_use()
    return dbf, as_list(value[: BUFFER // SIZES[dbf]]) if is_array(value) else [value]


def _clip(text: str) -> str:
    return text.encode("utf-8", "surrogateescape")[:39].decode("utf-8", "surrogateescape")


def show(dbf: str, value: Scalar) -> str:
    """One element."""
    if dbf == "STRING":
        return f'"{escaped(_clip(str(value)))[:STRING_ROOM]}"'
    if dbf in FLOATS:
        return f"{float(value):.{12 if dbf == 'DOUBLE' else 6}g}"
    number = int(value)
    if dbf == "INT64":
        return f"{number} = {number:#x}"
    if dbf == "CHAR":
        letter = f" = '{chr(number)}'" if 32 <= number < 127 else ""
        return f"{number} = {number & 255:#x}{letter}"
    return f"{number} = {number & (1 << BITS.get(dbf, 8)) - 1:#x}"


def characters(raw: bytes) -> Iterator[str]:
    """A CHAR array as text, up to its NUL, in pieces that fit a line."""
    raw = raw.split(b"\0")[0]
    while raw:
        size = min(len(raw), CHUNK)
        while len(escaped(raw[:size])) >= CHUNK:
            size -= 1
        piece, raw = raw[:size], raw[size:]
        yield f'"{escaped(piece)}"' + (" +" if raw else "")


def parse(address: Address, text: str) -> str | list[Scalar]:
    """What dbpf puts: JSON5 for arrays, characters for CHAR arrays, else the text itself. Raises ValueError.

    Numbers become the array's type as in C, or text; text becomes no number (dbConvertJSON.c).
    """
    if address.long or (address.elements != 1 and address.dbf in ("CHAR", "UCHAR")):
        return text
    if address.elements == 1:
        return [text] if _is_numbers(address) else text
    value = json5.parse(text) if text else []
    return [_element(element, address.dbf) for element in (value if isinstance(value, list) else [value])]


def _is_numbers(address: Address) -> bool:
    """An array with room for one number, which is not the one character that it might be."""
    return address.dbf != "STRING" and address.record.array_info(address.field.name) is not None


def _element(element: json5.Json, dbf: str) -> Scalar:
    if isinstance(element, (int, float)) and not isinstance(element, bool):
        return plain_text(element) if dbf == "STRING" else converter(dbf)(element)
    if isinstance(element, str) and dbf == "STRING":
        return element
    kind = "a string or a number" if dbf == "STRING" else "a number"
    raise ValueError(f"{json.dumps(element)} given, {kind} expected")
