"""NTTable: its structure, and the columns that a client put."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.decode import array_of
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.pva.types.shape import ALARM, TIME, Shape
from pydevpva.records.core.values import Columns

CODES = {dtype: f"a{code}" for code, dtype in wire.DTYPES.items()} | {"bool": "a?", "string": "as"}
Signature = tuple[tuple[str, str], ...]  # (name, type) of each column


class Table(Shape):
    """An NTTable of some columns."""

    __slots__ = ("_signature",)
    type_id = "epics:nt/NTTable:1.0"

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        super().__init__("")

    def members(self) -> list[Any]:
        columns = [(name, CODES[kind]) for name, kind in self._signature]
        return [("labels", "as"), ("value", ("S", "", columns)), ("descriptor", "s"), ALARM, TIME]

    def sent(self, structure: Structure) -> Columns | None:
        """The columns that a client put; strings as a list, numbers as a read-only array."""
        sent = structure["value"]
        return {name: array_of(sent, name) for name in sent if structure.changed(f"value.{name}")} or None


@lru_cache(maxsize=1000)
def table_of(signature: Signature) -> Table:
    """The one Table of these columns."""
    return Table(signature)
