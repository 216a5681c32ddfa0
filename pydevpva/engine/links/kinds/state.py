"""{"state": "red"}, {"state": "!red"}: one of the IOC's named states (EPICS: lnkState.c). Database thread."""

from __future__ import annotations

from pydevpva.db.json5 import Json
from pydevpva.db.model import Field
from pydevpva.engine.links.computed import ComputedLink
from pydevpva.engine.links.json_kinds import Opener, json_link
from pydevpva.records.core.arrays import first, is_array
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value


class StateLink(ComputedLink):
    """1 while the state is set; "!" turns that round, in both directions."""

    __slots__ = ("_inverted", "_name", "_states")
    is_volatile = False

    def __init__(self, record: Record, field: Field, text: str, name: str) -> None:
        super().__init__(record, field, text)
        self._inverted = len(name) > 1 and name[0] == "!"
        self._name = name[1:] if self._inverted else name
        self._states = record.host.states
        self._states.create(self._name)

    def value(self) -> int:
        return int(self._states.get(self._name) != self._inverted)

    def put(self, value: Value, dbf: str) -> bool:
        """A number that is not 0, or a text other than "" and "0", is true."""
        if is_array(value) and not len(value):
            return True
        value = first(value)
        true = value not in ("", "0") if isinstance(value, str) else bool(value)
        self._states.set(self._name, true != self._inverted)
        return True

    def source(self) -> tuple[str, int] | None:
        return "SHORT", 1


def check(link_type: str, value: Json) -> None:
    """A name, in an input or output link."""
    if link_type == "FWDLINK":
        raise ValueError("state does not work with forward links")
    if not isinstance(value, str):
        raise ValueError('state takes a name: {"state": "red"}')


@json_link("state", check)
def state(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """One of the IOC's named states; it is made here if it is new."""
    return StateLink(record, field, text, str(value))
