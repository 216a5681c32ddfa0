"""What a client sends as some DBR type, as the database takes it (EPICS: db_access.c db_put_field). Any thread."""

from __future__ import annotations

import numpy as np

from pydevpva.ca import dbr
from pydevpva.ca.dbr import Dbr
from pydevpva.ca.floats import to_floats
from pydevpva.db.dbf import LINKS
from pydevpva.engine.address import Address
from pydevpva.errors import PutError
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.values import Sent


class Short(Exception):
    """The payload is shorter than it says it is."""


def sent(kind: Dbr, count: int, payload: bytes) -> Sent:
    """The values that lie behind what is in front of them. Short: there are not as many."""
    base = kind.base
    if base is dbr.STRING:
        return _texts(payload[kind.front.size :], count)
    if len(payload) < kind.size(count):
        raise Short(f"{count} values of DBR_{kind.name} need {kind.size(count)} bytes, {len(payload)} came")
    if count == 1:
        value: Sent = base.one.unpack_from(payload, kind.front.size)[0]
        return value
    values = np.frombuffer(payload, base.dtype, count, kind.front.size)
    return values.astype(values.dtype.newbyteorder("="))


def _texts(raw: bytes, count: int) -> Sent:
    """A single text may come without what is behind its NUL."""
    if count != 1 and len(raw) < count * dbr.STRING_SIZE:
        raise Short(f"{count} strings need {count * dbr.STRING_SIZE} bytes, {len(raw)} came")
    texts = [_text(raw[at : at + dbr.STRING_SIZE]) for at in range(0, count * dbr.STRING_SIZE, dbr.STRING_SIZE)]
    return texts[0] if count == 1 else list(texts)


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0][: dbr.STRING_SIZE - 1].decode("utf-8", "surrogateescape")


def accepted(address: Address, kind: Dbr, value: Sent) -> Sent:
    """The value as its field takes it; PutError for what it cannot. Database thread."""
    if kind.base is dbr.CHAR and (address.field.type in LINKS or address.long):
        return _characters(address, value)
    if address.field.type in LINKS and kind.base is not dbr.STRING:
        raise PutError(f"{address.record.NAME}.{address.field.name}: a link is set by its text")
    if isinstance(value, str) and address.elements != 1 and not address.long:
        return [value]  # of an array its first element, which it may not be as a text
    if kind.base is dbr.DOUBLE and address.dbf == "FLOAT" and is_numbers(value):
        return to_floats(value)
    return value


def _characters(address: Address, value: Sent) -> Sent:
    """Characters for a text: over those that are there, when no NUL ends them. A link takes none without it."""
    raw = np.atleast_1d(np.asarray(value)).astype("u1").tobytes()
    text, end, _ = raw.partition(b"\0")
    if not end:
        if address.field.type in LINKS:
            raise PutError(f"{address.record.NAME}.{address.field.name}: no NUL ends the text")
        if not address.is_strings:
            text += str(address.source().get()).encode("utf-8", "surrogateescape")[len(raw) :]
    if address.is_strings:
        return np.frombuffer(raw, "i1")
    return text.decode("utf-8", "surrogateescape")
