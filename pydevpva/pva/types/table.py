"""The NTTable as it is on the wire: its structure, and the columns that a client put. Any thread."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from p4p import Type

from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.decode import array_of
from pydevpva.pva.types.normative import ALARM, TIME, Kind, Shape

CODES = {dtype: f"a{code}" for code, dtype in wire.DTYPES.items()} | {"bool": "a?", "string": "as"}


@lru_cache(maxsize=1000)  # a post wants the same type object as the open
def table_shape(signature: tuple[tuple[str, str], ...]) -> Shape:
    """The NTTable of these (name, type) columns."""
    columns = [(name, CODES[kind]) for name, kind in signature]
    members = [("labels", "as"), ("value", ("S", "", columns)), ("descriptor", "s"), ALARM, TIME]
    return Shape(Kind.TABLE, "", Type(members, id=Kind.TABLE.value))


def sent_columns(structure: Any) -> dict[str, Any]:
    """The columns that a client put; strings as a list, numbers as a read-only array."""
    sent = structure["value"]
    return {name: array_of(sent, name) for name in sent if structure.changed(f"value.{name}")}
