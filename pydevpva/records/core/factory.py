"""Record classes with real slots, made from the .dbd definition and the behaviour class the first time a type is used.

Database thread, or the main thread before iocInit.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from typing import Any

from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.model import Field, RecordType
from pydevpva.db.values import value_of
from pydevpva.errors import NotFound, did_you_mean
from pydevpva.records.core.links import NO_LINK
from pydevpva.records.core.record import NEVER, Record
from pydevpva.records.core.values import to_float32


def behaviour(name: str) -> type[Record]:
    """The behaviour class of a record type, from records/<name>.py. NotFound when there is none."""
    if name not in Record.types:
        if importlib.util.find_spec(f"pydevpva.records.{name.lower()}") is not None:
            importlib.import_module(f"pydevpva.records.{name.lower()}")
        if name not in Record.types:
            raise NotFound(f"record type {name} is not there yet{did_you_mean(name, Record.types)}")
    return Record.types[name]


class Factory:
    """Makes records; keeps one slotted class for each record type in use."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self._classes: dict[str, type[Record]] = {}

    def record_class(self, name: str) -> type[Record]:
        """The slotted class of a record type. NotFound when EPICS or we do not have it."""
        found = self._classes.get(name)
        if found is None:
            found = self._classes[name] = self._make(self.definitions.record_type(name), behaviour(name))
        return found

    def _make(self, rtype: RecordType, base: type[Record]) -> type[Record]:
        defaults = {f.name: self.initial(f) for f in rtype.fields.values()}
        names = tuple(defaults)
        members = {"__slots__": names, "rtype": rtype, "__init__": _init_of(names)(**defaults)}
        members["has_deadband"] = "MDEL" in defaults and "MLST" in defaults  # MDEL of a histogram counts
        return type(base.__name__, (base,), members)

    def initial(self, field: Field) -> object:
        """The native value of a field that the database does not set."""
        if field.type in LINKS:
            return NO_LINK
        if field.type == "NOACCESS":
            return NEVER if field.name == "TIME" else None
        return self.parse(field, field.initial) if field.initial else _ZERO.get(field.type, 0)

    def parse(self, field: Field, text: str, record_type: str = "") -> object:
        """A field's native value from the text in a database, which was checked when it was loaded."""
        value = value_of(text, field, record_type, self.definitions)
        return to_float32(value) if field.type == "FLOAT" and not isinstance(value, str) else value


@cache
def _init_of(names: tuple[str, ...]) -> Callable[..., Callable[..., None]]:
    """What makes the __init__ of records with these fields, from their first values; the same for all IOCs.

    Generated, as dataclasses do it: 100 slot writes cost 1 us, a loop of setattr 8 us.
    """
    lines = [f"self.{name} = {name}" for name in names]
    lines += [f"self.{name} = None" for name in ("notify", "sinks", "active_sinks", "device")]
    lines += ["self.host = host", "self.overwritten = self.running = False", "self.status = 0"]
    scope: dict[str, Any] = {}
    source = f"def make(*, {', '.join(names)}):\n def __init__(self, host):\n  " + "\n  ".join(lines)
    exec(source + "\n return __init__", scope)
    make: Callable[..., Callable[..., None]] = scope["make"]
    return make


_ZERO: dict[str, object] = {"STRING": "", "DOUBLE": 0.0, "FLOAT": 0.0}
