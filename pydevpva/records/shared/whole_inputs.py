"""INPA..INPL of ndarray and table: values as they are at the far end, not converted. Database thread."""

from __future__ import annotations

from typing import Any

from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.record import Record

LETTERS = "ABCDEFGHIJKL"
BARE = frozenset((*LETTERS, "VAL", "NAME", "TPRO"))
WHOLE = frozenset((*LETTERS, "VAL"))  # what user code gets as it is, see Record.native


def load_inputs(record: Record) -> None:
    """A..L from constant links: int, float, str or a numpy array; None where there is no link."""
    for letter in LETTERS:
        link = getattr(record, f"INP{letter}")
        if link.is_constant:
            setattr(record, letter, constant(link))


def fetch_inputs(record: Record) -> None:
    """A..L from all other links; what cannot be read keeps its value, with LINK/INVALID."""
    for letter in LETTERS:
        link = getattr(record, f"INP{letter}")
        if not link.is_constant and (value := link.get_any()) is not None and value is not NO_DATA:
            setattr(record, letter, value)


def constant(link: Link) -> Any:
    """The value of a constant link, as the number, text or array that it looks like."""
    value = getattr(link, "value", None)
    if isinstance(value, list):
        import numpy as np

        return np.array(value)
    if not isinstance(value, str):
        return value
    for number in (int, float):
        try:
            return number(value)
        except ValueError:
            continue
    return value
