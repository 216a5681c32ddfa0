"""What a client sent, made ready for the database: only the value is taken, and what cannot be is refused in words.

`sent_value` runs on the pvxs thread, `checked` on the database thread.
"""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.errors import PutError
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.normative import Kind, Shape, is_short
from pydevpva.records.core.values import STRING_BYTES, clip_text

NOTHING = object()  # the client changed some other leaf, but not the value


def sent_value(structure: Any, shape: Shape) -> Any:
    """The value a client put, or NOTHING. Arrays are p4p's own read-only memory: nobody else writes to them."""
    if shape.kind is Kind.TABLE:
        from pydevpva.pva.types.table import sent_columns

        return sent_columns(structure) or NOTHING
    leaf = "value.index" if shape.kind is Kind.CHOICE else "value"
    return structure[leaf] if structure.changed(leaf) else NOTHING


def checked(address: Address, shape: Shape, value: Any) -> Any:
    """The value as Database.put takes it; PutError when the field cannot hold it."""
    if shape.kind is Kind.CHOICE:
        return _index(address, value)
    if shape.kind is Kind.IMAGE:
        raise PutError(f"{address.record.NAME}: an ndarray is made by its code or its link; clients cannot write it")
    if address.long and shape.kind is Kind.NUMBERS:
        sent = b"" if value is None else bytes(value.astype("uint8"))
        if address.is_strings:
            return sent
        if not sent:
            return _empty(shape)
        return sent.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    if shape.kind is Kind.TEXT and address.dbf == "CHAR":
        return _characters(address, value)
    if shape.kind is Kind.TEXT and is_short(address):
        return clip_text(value, STRING_BYTES)
    if value is None:  # p4p for an array that was sent empty
        return _empty(shape)
    return value


def _index(address: Address, index: int) -> int:
    choices = address.record.choices(address.field.name)
    if 0 <= index < (len(choices) or 2**16):
        return index
    shown = ", ".join(f"{n} {choice}" for n, choice in enumerate(choices))
    raise PutError(f"{address.record.NAME}.{address.field.name}: {index} is none of its choices ({shown})")


def _characters(address: Address, text: str) -> Any:
    """Text for a CHAR array: as many bytes as fit with the terminating NUL, which is stored too when there is room."""
    import numpy as np

    data = text.encode("utf-8", "surrogateescape")[: max(address.elements - 1, 0)] + b"\0"
    return np.frombuffer(data, dtype=np.int8)


def _empty(shape: Shape) -> Any:
    import numpy as np

    return [] if shape.kind is Kind.TEXTS else np.empty(0, dtype=wire.DTYPES[shape.code])
