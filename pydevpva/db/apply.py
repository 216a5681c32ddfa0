"""What each statement of a .dbd file does to the definitions (the actions of dbLexRoutines.c)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Protocol

from pydevpva.db.dbf import LINKS, TYPES
from pydevpva.db.lexis import WS
from pydevpva.db.model import DEVICE_LINK_TYPES, Breaktable, Device, Field, Menu, RecordType
from pydevpva.db.numbers import parse_double
from pydevpva.db.source import Source
from pydevpva.db.syntax import Item, Statement
from pydevpva.errors import NotFound, Problem, did_you_mean

Problems = list[Problem]
SPECIALS = tuple(
    f"SPC_{word}"
    for word in ("NOMOD", "DBADDR", "SCAN", "ALARMACK", "AS", "ATTRIBUTE", "MOD", "RESET", "LINCONV", "CALC")
)
_BOOLEANS = {"YES": True, "TRUE": True, "NO": False, "FALSE": False}
_ASL = {"ASL0": 0, "ASL1": 1}


class Target(Protocol):
    """What statements define things in: db.definitions.Definitions."""

    types: dict[str, RecordType]
    menus: dict[str, Menu]
    breaktables: dict[str, Breaktable]
    declared_variables: dict[str, str]
    links: dict[str, str]
    user_types: list[str]

    @property
    def record_type_names(self) -> Sequence[str]: ...
    def has_record_type(self, name: str) -> bool: ...
    def menu(self, name: str) -> Menu: ...
    def devices(self, record_type: str) -> dict[str, Device]: ...


def _menu(into: Target, statement: Statement, source: Source) -> Problems:
    (name,) = statement.words
    if not name:
        return [source.problem(statement.offset, "the menu has no name")]
    keys, labels = zip(*(item.words for item in statement.items), strict=True)
    into.menus.setdefault(name, Menu(name, keys, labels))
    return []


def _recordtype(into: Target, statement: Statement, source: Source) -> Problems:
    (name,) = statement.words
    if not name or not statement.items:
        return [source.problem(statement.offset, f'record type "{name}" has no {"fields" if name else "name"}')]
    if name in into.types:
        return []
    problems: Problems = []
    fields = {}
    for index, item in enumerate(statement.items):
        try:
            fields[item.words[0]] = _field(into, item, index)
        except _WrongField as error:
            place = _place(source.text, item.offset, error.attribute)
            problems.append(source.problem(place, f"field {item.words[0]}: {error}"))
    choosing = frozenset(field.name for field in fields.values() if field.type in LINKS or field.type == "MENU")
    into.types[name] = RecordType(name, fields, source.locate(statement.offset), choosing)
    into.user_types.append(name)
    return problems


class _WrongField(ValueError):
    """What is wrong with a field's definition, and in which attribute of it; "": in its head."""

    def __init__(self, message: str, attribute: str = "") -> None:
        super().__init__(message)
        self.attribute = attribute


def _place(text: str, offset: int, attribute: str) -> int:
    match = re.compile(rf"\b{attribute}{WS}\(").search(text, offset) if attribute else None
    return match.start() if match else offset


def _field(into: Target, item: Item, index: int) -> Field:
    """A field's definition (dbRecordtypeFieldItem). Raises _WrongField."""
    field = _read_field(*item.words, item.items, index)
    if field.menu:
        try:
            into.menu(field.menu)
        except NotFound as error:
            raise _WrongField(str(error), "menu") from None
    return field


@cache
def _read_field(name: str, kind: str, attributes: tuple[tuple[str, str], ...], index: int) -> Field:
    """The same for all record types that have it: each has the fields of dbCommon.dbd."""
    type_ = kind.removeprefix("DBF_")
    if type_ not in TYPES or not kind.startswith("DBF_"):
        raise _WrongField(f'no field type "{kind}"{did_you_mean(kind, ["DBF_" + t for t in TYPES])}')
    values: dict[str, object] = {}
    for attribute, text in attributes:
        read = _ATTRIBUTES.get(attribute)
        if read is not None:  # EPICS ignores the others
            key, convert = read
            try:
                values[key] = convert(text)
            except (ValueError, KeyError):
                raise _WrongField(f'{attribute} cannot be "{text}"', attribute) from None
    return Field(name, type_, index=index, **values)  # type: ignore[arg-type]


def _special(text: str) -> str:
    if text not in SPECIALS:
        int(text)
    return text


_ATTRIBUTES: dict[str, tuple[str, Callable[[str], object]]] = {
    "asl": ("asl", _ASL.__getitem__),
    "initial": ("initial", str),
    "promptgroup": ("group", str),
    "prompt": ("prompt", str),
    "special": ("special", _special),
    "pp": ("pp", _BOOLEANS.__getitem__),
    "prop": ("prop", lambda text: text == "YES"),
    "interest": ("interest", int),
    "base": ("base", {"DECIMAL": "DECIMAL", "HEX": "HEX"}.__getitem__),
    "size": ("size", int),
    "extra": ("extra", str),
    "menu": ("menu", str),
}


def _device(into: Target, statement: Statement, source: Source) -> Problems:
    record_type, link_type, dset, choice = statement.words
    if link_type not in DEVICE_LINK_TYPES:
        near = did_you_mean(link_type, DEVICE_LINK_TYPES)
        return [source.problem(statement.offset, f'no link type "{link_type}" for device "{choice}"{near}')]
    if not into.has_record_type(record_type):
        near = did_you_mean(record_type, into.record_type_names)
        return [source.problem(statement.offset, f'no record type "{record_type}" for device "{choice}"{near}')]
    devices = into.devices(record_type)
    devices.setdefault(choice, Device(record_type, link_type, dset, choice, source.locate(statement.offset)))
    return []


def _breaktable(into: Target, statement: Statement, source: Source) -> Problems:
    (name,) = statement.words
    numbers = []
    for item in statement.items:
        try:
            numbers.append(parse_double(item.words[0]))
        except ValueError:
            return [source.problem(item.offset, f'"{item.words[0]}" is not a number')]
    end = source.text.index("}", statement.items[-1].offset) if statement.items else statement.offset
    if not name or len(numbers) % 2 or len(numbers) < 4:
        return [source.problem(end, f'breaktable "{name}" needs a name and two or more pairs of numbers')]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    rises = {(y1 > y0) == (x1 > x0) if x1 != x0 and y1 != y0 else None for (x0, y0), (x1, y1) in pairwise(points)}
    if len(rises) > 1 or None in rises:
        return [source.problem(end, f'the slope of breaktable "{name}" is zero or changes sign')]
    into.breaktables.setdefault(name, Breaktable(name, points))
    return []


def _named(attribute: str = "") -> Define:
    """Keep the name in that list; without one it is only checked."""

    def define(into: Target, statement: Statement, source: Source) -> Problems:
        (name,) = statement.words
        if not name:
            return [source.problem(statement.offset, f"the {statement.kind} has no name")]
        if attribute and name not in (known := getattr(into, attribute)):
            known.append(name)
        return []

    return define


def _variable(into: Target, statement: Statement, source: Source) -> Problems:
    name, *kind = statement.words
    if not name:
        return [source.problem(statement.offset, "the variable has no name")]
    into.declared_variables.setdefault(name, kind[0] if kind else "int")
    return []


def _link(into: Target, statement: Statement, source: Source) -> Problems:
    name, jlif = statement.words
    into.links.setdefault(name, jlif)
    return []


Define = Callable[["Target", Statement, Source], Problems]
DEFINE: dict[str, Define] = {
    "menu": _menu,
    "recordtype": _recordtype,
    "device": _device,
    "breaktable": _breaktable,
    "driver": _named(),  # devices are Python
    "registrar": _named("registrars"),
    "function": _named("functions"),
    "variable": _variable,
    "link": _link,
}
