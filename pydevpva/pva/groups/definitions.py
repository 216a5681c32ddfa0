"""Group definitions: info(Q:group, ...) and dbLoadGroup files as plain data, checked. No thread; no p4p.

Follows QSRV2 (pvxs: ioc/groupconfigprocessor.cpp, groupprocessorcontext.cpp). What QSRV2 prints and then serves
otherwise than written is an error here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydevpva.db import json5
from pydevpva.db.infos import CHECKS, GROUP
from pydevpva.db.macros import Macros
from pydevpva.errors import LoadError, Location, Problem, did_you_mean

log = logging.getLogger(__name__)

TYPES = ("scalar", "plain", "any", "meta", "proc", "structure", "const")
WITHOUT_CHANNEL = ("structure", "const")
GROUP_KEYS = {"+id": str, "+atomic": bool}
FIELD_KEYS: dict[str, Any] = {
    "+type": str, "+channel": str, "+id": str, "+trigger": str, "+putorder": int,
    "+const": (bool, int, float, str),
}  # fmt: skip
_WORDS = {str: "a text", bool: "true or false", int: "a whole number", (bool, int, float, str): "a number or a text"}
_COMPONENT = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?\Z")
_COLUMN = re.compile(r"bad JSON at column (\d+): (.*)", re.DOTALL)

Path = tuple[tuple[str, int | None], ...]  # the parts between dots, each with the index that stands behind it


@dataclass(slots=True)
class FieldMapping:
    """One field of a group, as its keys say; `location` is where its channel was given, or it was first mentioned."""

    name: str
    location: Location
    type: str = "scalar"
    channel: str = ""
    id: str = ""
    trigger: str | None = None
    putorder: int | None = None  # None: cannot be written
    const: bool | int | float | str | None = None

    @property
    def path(self) -> Path:
        """The name taken apart; () is the top of the group."""
        return field_path(self.name)

    def triggers(self) -> list[str]:
        """The fields that a change of this one posts."""
        return [word.strip() for word in (self.trigger or "").split(",") if word.strip()]


@dataclass(slots=True)
class Definition:
    """One group, put together from all records and files that speak of it."""

    name: str
    location: Location
    id: str = ""
    atomic: bool = True
    fields: dict[str, FieldMapping] = field(default_factory=dict)

    def in_order(self) -> list[FieldMapping]:
        """The fields as they follow each other in the structure and in a put: by +putorder, then by name."""
        return sorted(self.fields.values(), key=lambda m: (m.putorder is not None, m.putorder or 0, m.name.encode()))


class Definitions:
    """All groups of an IOC, by name. Files count after the records' infos, whatever was loaded first."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], tuple[Location, dict[str, Any]]] = {}

    def load(self, path: str, macros: Mapping[str, str]) -> None:
        """dbLoadGroup: read a file; "-FILE" and "-*" forget files read before. LoadError says all that is wrong."""
        if path == "-*":
            self._files.clear()
            return
        key = (path.removeprefix("-"), repr(dict(macros)))
        self._files.pop(key, None)
        if path.startswith("-"):
            return
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
        if macros:
            text = "\n".join(Macros(macros).expand(line)[0] for line in text.split("\n"))
        location = Location(path)
        if problems := list(check(text, location, "")):
            raise LoadError(problems)
        self._files[key] = (location, _parse(text))

    def all(self, infos: Iterator[tuple[str, str, Location]]) -> dict[str, Definition]:
        """The groups of records' infos (record, text, place) and of the files, merged key by key."""
        groups: dict[str, Definition] = {}
        for record, text, location in infos:
            _merge(groups, _parse(text), location, f"{record}.")
        for location, content in self._files.values():
            _merge(groups, content, location, "")
        return groups


def field_path(name: str) -> Path:
    """ "a.b[1].c" as (("a", None), ("b", 1), ("c", None)). Raises ValueError."""
    if not name:
        return ()
    parts = [_COMPONENT.match(part) for part in name.split(".")]
    if None in parts:
        raise ValueError(f'"{name}" is no field name; they look like "value", "a.b" or "attribute[0].value"')
    return tuple((part[1], int(part[2]) if part[2] else None) for part in parts if part is not None)


def check(text: str, location: Location, record: str) -> Iterator[Problem]:
    """All that is wrong with the JSON of an info or a file; `record` is "" for a file."""
    where = f"record {record}: info(Q:group): " if record else ""
    try:
        content = _parse(text)
    except ValueError as error:
        match = _COLUMN.match(str(error))
        if match is None or record:
            yield Problem(location, f"{where}{error}")
        else:
            offset = int(match[1]) - 1
            line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
            shown = text.split("\n")[line - 1]
            yield Problem(Location(location.file, line, column), f"bad JSON: {match[2]}", shown)
        return
    for group, members in content.items():
        for message in _group_problems(group, members, record):
            yield Problem(location, f"{where}{message}")


def _parse(text: str) -> dict[str, Any]:
    content = json5.parse(text)
    if not isinstance(content, dict):
        raise ValueError('a group definition is a JSON object: {"GROUP": {"FIELD": {"+channel": "VAL"}}}')
    return content


def _group_problems(group: str, members: object, record: str) -> Iterator[str]:
    if not group:
        yield "a group must have a name"
    if not isinstance(members, dict):
        yield f"group {group}: its value must be an object of fields"
        return
    for name, keys in members.items():
        if not isinstance(keys, dict):
            yield from _value_problem(f"group {group}: {name}", keys, GROUP_KEYS.get(name))
            if name not in GROUP_KEYS:
                hint = did_you_mean(name, GROUP_KEYS) if name[:1] == "+" else ""
                choices = ", ".join(GROUP_KEYS)
                form = 'a field has an object, such as {+channel: "VAL"}'
                yield f"group {group}: {name}: {form}{hint}; keys of the group itself: {choices}"
            continue
        yield from (f"group {group}, field {name or '(top)'}: {message}" for message in _field_problems(name, keys))


def _field_problems(name: str, keys: dict[str, Any]) -> Iterator[str]:
    try:
        field_path(name)
    except ValueError as error:
        yield str(error)
    for key, value in keys.items():
        if key not in FIELD_KEYS:
            yield f"no key {key}{did_you_mean(key, FIELD_KEYS)}; choices: {', '.join(FIELD_KEYS)}"
        else:
            yield from _value_problem(key, value, FIELD_KEYS[key])
    kind = keys.get("+type", "scalar")
    if isinstance(kind, str) and kind not in TYPES:
        yield f'no +type "{kind}"{did_you_mean(kind, TYPES)}; choices: {", ".join(TYPES)}'


def _value_problem(what: str, value: object, wanted: Any) -> Iterator[str]:
    if wanted is None or (isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))):
        return
    yield f"{what} must be {_WORDS[wanted]}, not {value!r}"


def _merge(groups: dict[str, Definition], content: dict[str, Any], location: Location, prefix: str) -> None:
    for name, members in content.items():
        group = groups.setdefault(name, Definition(name, location))
        for key, value in members.items():
            if key in GROUP_KEYS:
                setattr(group, key[1:], value)
                continue
            mapping = group.fields.setdefault(key, FieldMapping(key, location))
            if mapping.channel and "+channel" in value:  # as QSRV2, which says nothing
                text = "%s: group %s, field %s: %s%s takes the place of %s"
                log.warning(text, location, name, key or "(top)", prefix, value["+channel"], mapping.channel)
            if "+channel" in value:
                mapping.location = location
            for word, content_ in value.items():
                setattr(mapping, word[1:], prefix + content_ if word == "+channel" else content_)


CHECKS[GROUP] = check
