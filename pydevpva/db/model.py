"""What .dbd and .db files say, as plain data. No behaviour, no thread."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from pydevpva.errors import Location

HARDWARE_TYPES = ("VME_IO", "CAMAC_IO", "AB_IO", "GPIB_IO", "BITBUS_IO", "INST_IO", "BBGPIB_IO", "RF_IO", "VXI_IO")
DEVICE_LINK_TYPES = ("CONSTANT", "PV_LINK", "MACRO_LINK", "JSON_LINK", "PN_LINK", "DB_LINK", "CA_LINK", *HARDWARE_TYPES)


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: keys are the C names, labels what users read and write; the index is the value."""

    name: str
    keys: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record type. `type` is without "DBF_"; `special` is "", a name, or a number as text."""

    name: str
    type: str
    prompt: str = ""
    group: str = ""
    size: int = 0
    menu: str = ""
    initial: str = ""
    special: str = ""
    pp: bool = False
    prop: bool = False
    asl: int = 1
    interest: int = 0
    base: str = "DECIMAL"
    extra: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record type; `fields` is in .dbd order, NAME first; `choosing` are the names of its links and menus."""

    name: str
    fields: dict[str, Field]
    location: Location
    choosing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Device:
    """One DTYP choice of a record type. `link_type` is what INP or OUT must be: CONSTANT, INST_IO, VME_IO, ...

    `shown`: also to clients of an IOC in which no record uses it.
    """

    record_type: str
    link_type: str
    dset: str
    choice: str
    location: Location
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Breaktable:
    """Pairs of raw and engineering value."""

    name: str
    points: tuple[tuple[float, float], ...]


class Locator(Protocol):
    """Where offsets of a text are: a db.source.Source."""

    def locate(self, offset: int) -> Location: ...


class Place:
    """Where a record's text begins: offsets of its fields are counted from there, as small numbers take no memory."""

    __slots__ = ("_source", "_start")

    def __init__(self, source: Locator, start: int) -> None:
        self._source, self._start = source, start

    def locate(self, offset: int) -> Location:
        return self._source.locate(self._start + offset)


NOTHING: Mapping[str, str] = MappingProxyType({})


class FieldText:
    """A field's value as a .db file gives it, unescaped."""

    __slots__ = ("_offset", "_source", "text")

    def __init__(self, text: str, location: Location | Locator, offset: int = 0) -> None:
        self.text = text
        self._source, self._offset = location, offset  # hundreds of thousands: the line is looked up when asked for

    @property
    def location(self) -> Location:
        return self._source if isinstance(self._source, Location) else self._source.locate(self._offset)

    def beside(self, text: str) -> FieldText:
        """Another field's value, from the same place."""
        return FieldText(text, self._source, self._offset)

    def __repr__(self) -> str:
        return f"FieldText({self.text!r}, {self.location})"


class RecordInstance:
    """A record as the .db files describe it: the fields that were set, infos, and `aliases`, its other names."""

    __slots__ = ("_place", "aliases", "fields", "infos", "name", "type")

    def __init__(self, type: str, name: str, place: Location | Place) -> None:
        self.type, self.name = sys.intern(type), name  # not the type's name once more in each record
        self._place = place
        self.fields: dict[str, FieldText] = {}
        self.infos = NOTHING  # most records have none, and there are very many records
        self.aliases: tuple[str, ...] = ()

    def add_info(self, name: str, text: str) -> None:
        """Set one."""
        self.infos = {**self.infos, name: text}

    @property
    def location(self) -> Location:
        return self._place if isinstance(self._place, Location) else self._place.locate(0)

    def copy(self) -> RecordInstance:
        """One that can be changed without changing this one."""
        twin = RecordInstance(self.type, self.name, self._place)
        twin.fields, twin.infos, twin.aliases = dict(self.fields), self.infos, self.aliases
        return twin

    def __repr__(self) -> str:
        return f"RecordInstance({self.type!r}, {self.name!r}, {self.fields!r})"
