"""Texts as the characters of their memory: REC.FIELD$ as EPICS serves it (dbChannel.c). Database thread.

Of an array of strings these are as many as it has elements in use; a string takes 40, and no more belong to the name.
"""

from __future__ import annotations

from pydevpva.db.dbf import LINKS
from pydevpva.db.model import Field
from pydevpva.records.core import fields
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES

ROOM = STRING_BYTES + 1  # of a string in an array
LINK_SIZE = 1024  # PVLINK_STRINGSZ


def is_strings(record: Record, field: str) -> bool:
    """Whether the field is an array of strings, and not one long string, as VAL of an lsi is."""
    info = record.array_info(field)
    return info is not None and info[0] == "STRING" and not record.string_size(field)


def capacity(record: Record, field: Field) -> int:
    """How many characters the name has."""
    if field.type in LINKS:
        return LINK_SIZE
    if is_strings(record, field.name):
        return ROOM
    return field.size if field.type == "STRING" else record.string_size(field.name) + 1


def get(record: Record, field: Field) -> bytes:
    """The characters that clients see."""
    first = [text.encode("utf-8", "surrogateescape") for text in getattr(record, field.name)[:1]]
    return b"".join(first).ljust(ROOM, b"\0")[: record.in_use(field.name)]


def put(record: Record, field: Field, sent: bytes) -> None:
    """Store characters over those of the first string; their number becomes that of the elements in use."""
    sent, capacity = sent[:ROOM], record.elements(field.name)
    texts = list(getattr(record, field.name))
    before = texts[0].encode("utf-8", "surrogateescape").ljust(ROOM, b"\0") if texts else bytes(ROOM)
    text = (sent + before[len(sent) :]).split(b"\0")[0].decode("utf-8", "surrogateescape")
    count = min(len(sent), capacity)
    texts = [text, *texts[1:], *[""] * count][:count]
    fields.put(record, field, texts)
    record.use(field.name, len(sent))
