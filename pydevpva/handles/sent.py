"""What a user's object becomes in a put to a field. On the user's thread."""

from __future__ import annotations

from typing import Any

import numpy as np

from pydevpva.engine.address import Address
from pydevpva.errors import PutError
from pydevpva.plain.values import Frame, Masked
from pydevpva.records.core.values import Sent
from pydevpva.records.results.scalar import NUMBERS, ResultError, opened


def sent_to(address: Address, value: object) -> Sent:
    """The value as a put takes it; numbers that the field cannot hold are refused. PutError."""
    try:
        made = _opened(value)
        if isinstance(made, (int, float)) and address.elements == 1 and address.dbf in NUMBERS:
            return NUMBERS[address.dbf](made)
        return made
    except ResultError as error:
        raise PutError(f"{address.record.NAME}.{address.field.name}: {error}") from None


def sent(name: str, value: object) -> Sent:
    """The same for a PV of another server, of which less is known."""
    try:
        return _opened(value)
    except ResultError as error:
        raise PutError(f"{name}: {error}") from None


def _opened(value: object) -> Sent:
    made: Any = value if type(value) in (int, float, str) else opened(value)
    if type(made) is bool:
        return int(made)
    if type(made) is bytes:
        return made.decode("utf-8", "surrogateescape")
    if made is None:
        raise ResultError("no value (None)")
    if isinstance(made, Frame):
        made = made.columns
    if isinstance(made, Masked):
        return _without_holes(made)
    if isinstance(made, (tuple, range)):
        return list(made)
    return made  # type: ignore[no-any-return]


def _without_holes(masked: Masked) -> Sent:
    """Floating point numbers may be NaN; of integers none says that it is none."""
    if masked.data.dtype.kind != "f":
        raise ResultError(f"element {masked.first()} is masked: no value")
    return np.ascontiguousarray(masked.filled())
