"""A record's fields as a subroutine sees them: attributes that can be read and assigned, far from the record.

Made on the database thread, used on the evaluator thread, applied on the database thread. What it is made of never
changes: records replace their arrays and do not write into them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from pydevpva.errors import did_you_mean
from pydevpva.plain.values import Made
from pydevpva.records.core.arrays import copy, first_or_zero, is_array, read_only
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value

ALWAYS_READ = ("TIME",)


class View:
    """Which fields the subroutines of one record see, and how."""

    def __init__(self, record: Record, inputs: Collection[str], outputs: Collection[str]) -> None:
        self._record = record
        self.rtype = record.rtype.name
        self.outputs = frozenset(outputs)
        self.scalars = frozenset(x for x in (*inputs, *outputs) if record.elements(x) == 1)
        shown = {*inputs, *outputs, *ALWAYS_READ}
        names = [f.name for f in record.rtype.fields.values() if f.type != "NOACCESS" or f.name in shown]
        self.index = {name: at for at, name in enumerate(names)}
        self._read = attrgetter(*names)

    def snapshot(self) -> Snapshot:
        """The record as it is now."""
        return Snapshot(self, self._read(self._record))


class Snapshot:
    """`record` in a subroutine: record.A reads, record.VALA = ... is written to the record when the function is over.

    Arrays of inputs cannot be written to; those of outputs are the function's own copies, so that
    `record.VALA[0] = 1` counts as an assignment.
    """

    __slots__ = ("_assigned", "_changed", "_values", "_view")

    def __init__(self, view: View, values: tuple[Any, ...]) -> None:
        for name, value in (("_view", view), ("_values", values), ("_changed", {}), ("_assigned", {})):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name in self._changed:
            return self._changed[name]
        value: Value = self._values[self._index(name)]
        if name in self._view.scalars:
            return first_or_zero(value)
        if not is_array(value):
            return value if isinstance(value, (int, float, str)) else str(value)
        if name in self._view.outputs:
            value = copy(value)
            if type(self._changed) is dict:
                self._changed[name] = value
            return value
        return read_only(value)

    def __setattr__(self, name: str, value: object) -> None:
        name = str.__str__(name)  # setattr() takes classes made from str, with an __eq__ and __hash__ of their own
        self._index(name)
        if type(self._changed) is not dict:
            raise AttributeError(f"{name} is assigned too late: the function is over")
        self._changed[name] = value

    def __dir__(self) -> list[str]:
        return list(self._view.index)

    def __repr__(self) -> str:
        return f"<{self._view.rtype} {self.NAME}>"

    def _index(self, name: str) -> int:
        try:
            return int(self._view.index[name])
        except KeyError:
            hint = did_you_mean(name, self._view.index)
            raise AttributeError(f"{self._view.rtype} has no field {name}{hint}") from None


def changes(snapshot: Snapshot) -> Mapping[str, Any]:
    """The fields that were assigned, in that order, and what, made plain."""
    return snapshot._assigned  # type: ignore[no-any-return]


def settle(snapshot: Snapshot, plain: Callable[[object], object]) -> None:
    """The function is over: what it assigned becomes plain, and no more can be assigned. Evaluator thread."""
    assigned = {name: plain(value) for name, value in list(snapshot._changed.items())}
    seen = {name: value.value if type(value) is Made else value for name, value in assigned.items()}
    object.__setattr__(snapshot, "_assigned", assigned)
    object.__setattr__(snapshot, "_changed", MappingProxyType(seen))
