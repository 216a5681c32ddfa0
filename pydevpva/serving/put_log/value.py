"""A field's value as the put log keeps it: its type, its first elements (caPutLogAs.c of caPutLog). Database thread."""

from __future__ import annotations

from dataclasses import dataclass

from pydevpva.db.dbf import LINKS, TYPES
from pydevpva.engine.address import Address
from pydevpva.records.core import fields
from pydevpva.records.core.arrays import as_list, first_or_zero, is_array, is_numbers
from pydevpva.records.core.values import STRING_BYTES, Scalar, Sent, clip_text
from pydevpva.records.shared import characters

MOST_BYTES = 400  # of an array; what is beyond is not kept
MOST_SENT = 50  # elements of what a client sent in vain
NO_VALUE = "Not Accessible"
AS_TEXT = ("STRING", "MENU", "DEVICE", *LINKS)


@dataclass(frozen=True, slots=True)
class Logged:
    """`dbf` is STRING for all that is shown as text, CHAR for characters, whose one item is their text.

    `size`: how many elements there are, of which `items` are the first; None: a scalar, the only item.
    """

    dbf: str
    items: tuple[Scalar, ...]
    size: int | None = None

    @property
    def first(self) -> Scalar:
        """What stands for the value in a plain line: of characters the first one's code."""
        if self.dbf == "CHAR":
            text = str(self.items[0]).encode("utf-8", "surrogateescape")
            return text[0] if text else 0
        return self.items[0] if self.items else "" if self.dbf == "STRING" else 0


def logged(address: Address, long_as_characters: bool) -> Logged:
    """The value now. `long_as_characters`: VAL of an lso or lsi is characters without $, as PVAccess has it."""
    try:
        return _logged(address.source() if address.filters else address, long_as_characters)
    except Exception:  # an image or a table of a user's that has no elements: the put itself goes on
        return Logged("STRING", (NO_VALUE,))


def refused(sent: Sent | None) -> Scalar | list[Scalar] | None:
    """What a client sent in vain: a number, a text or the first elements of an array; None for all else."""
    if isinstance(sent, str):
        return sent[:MOST_BYTES]
    if isinstance(sent, bool | int | float):
        return sent
    return list(as_list(sent[:MOST_SENT])) if is_array(sent) and getattr(sent, "ndim", 1) == 1 else None


def _logged(address: Address, long_as_characters: bool) -> Logged:
    record, field, dbf = address.record, address.field, address.dbf
    if address.long or (long_as_characters and record.string_size(field.name)):
        return _characters(address)
    if dbf in AS_TEXT and address.elements == 1:
        return Logged("STRING", (clip_text(fields.text(record, field), STRING_BYTES),))
    value = address.elements_in_use()
    if isinstance(value, dict):
        return Logged("STRING", (f"columns {', '.join(value)}",))
    if not is_array(value) or address.elements == 1:
        return _scalar(dbf, first_or_zero(value))
    if dbf == "CHAR":
        return Logged("CHAR", (_text(bytes(value[:MOST_BYTES])),), len(value))  # type: ignore[arg-type]
    most = MOST_BYTES // TYPES[dbf].size
    flat = value.reshape(-1) if is_numbers(value) else value
    return Logged("STRING" if dbf in AS_TEXT else dbf, tuple(as_list(flat[:most])), len(flat))


def _scalar(dbf: str, value: Scalar) -> Logged:
    return Logged("CHAR", (_text(bytes([int(value) & 0xFF])),)) if dbf == "CHAR" else Logged(dbf, (value,))


def _characters(address: Address) -> Logged:
    """A text of which the client has each character; its size is with the NUL at its end."""
    text = str(address.get())
    length = getattr(address.record, "LEN", None) if address.field.name == "VAL" else None
    size = characters.capacity(address.record, address.field) if length is None else int(length)
    return Logged("CHAR", (_text(text.encode("utf-8", "surrogateescape")[:MOST_BYTES]),), size)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "surrogateescape")
