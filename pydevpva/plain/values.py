"""What plain values are. Any thread may hold, compare, show and drop them: no code of a user runs by that."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np  # here, at a start: numpy must be whole before users' threads can be seen importing it

Array = np.ndarray[Any, Any]
SIMPLE = frozenset({int, float, str, bool, bytes, NoneType})
"""Exactly these types are plain as they are, and not even wrapped."""


@dataclass(slots=True)
class Made:
    """A plain value made of another type's, whose name errors tell.

    `value` is simple, a list or tuple of plain values, a range, a base-class array (or an NDArray) in memory that no
    user's object keeps, a Masked, a Frame, or a dict of columns.
    """

    value: Any
    kind: str


@dataclass(slots=True)
class Refused:
    """What cannot be made plain, and why: the type's name, what is wrong, what to write."""

    reason: str


@dataclass(slots=True)
class Masked:
    """Numbers of which some are none; `mask` is True there, and True somewhere."""

    data: Array
    mask: Array

    def filled(self) -> Array:
        """Floating point, NaN where there is no number."""
        data = self.data if self.data.dtype.kind == "f" else self.data.astype("f8")
        return np.where(self.mask, np.array(np.nan, data.dtype), data)

    def first(self) -> int:
        """The first element that is none."""
        return int(self.mask.reshape(-1).argmax())


@dataclass(slots=True)
class Frame:
    """A DataFrame: its columns by label, and where it is numeric all of it as a 2-d array."""

    columns: dict[str, Any]
    array: Array | None


class Unfit(Exception):
    """Why something cannot be made plain; only within this room, and for what makes arrays of a kind of its own."""
