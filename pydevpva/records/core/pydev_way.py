"""What DTYP "pydev" means for a record type. A type's class says it: `pydev = PydevWay("VAL NAME EGU", store)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Store = Callable[[Any, Any], int]  # stores a result in a record; 0: RVAL is set and to be converted, 2: VAL is set


class PydevWay:
    """The fields that a record's code may name bare, and how its result is stored; see docs/results.md.

    number, of: what VAL means to code, where that is the device's number, without AOFF and ASLO, and the field that it
    is made of. whole: fields that the code gets as they are, see Record.native. elements: `store` gets what
    records.results.array.array made of the result.
    """

    __slots__ = ("bare", "elements", "number", "of", "store", "whole")

    def __init__(
        self,
        bare: str,
        store: Store,
        *,
        number: Callable[[Any], float] | None = None,
        of: str = "",
        whole: frozenset[str] = frozenset(),
        elements: bool = False,
    ) -> None:
        self.bare, self.store, self.number, self.of = frozenset(bare.split()), store, number, of
        self.whole, self.elements = whole, elements
