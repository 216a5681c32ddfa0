"""Channel filters: what follows a field's name in brackets or braces, "X:wf.[0:9]" or 'X:ai.{"dbnd":{"abs":1}}'.

A name's filters are one chain with a state of its own (EPICS: dbChannel.c, chfPlugin.c). Database thread, but for
`parse_filters`, which only makes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydevpva.db import json5
from pydevpva.db.json5 import Json
from pydevpva.db.numbers import parse_double, parse_integer
from pydevpva.errors import NotFound, did_you_mean
from pydevpva.records.core.record import Record, States

_RANGE = re.compile(r"\[(?:(?P<only>-?\w+)|(?P<start>-?\w+)?:(?:(?P<step>-?\w+)?:)?(?P<end>-?\w+)?)\]")


class Update:
    """One value of a field on its way through a chain, with the alarm and time that belong to it."""

    __slots__ = ("AMSG", "NAME", "SEVR", "STAT", "TIME", "UTAG", "is_event", "mask", "now", "value")

    def __init__(self, record: Record, value: object, mask: int, is_event: bool) -> None:
        self.NAME, self.mask = record.NAME, mask
        self.value: Any = value  # of a field, or as a channel shows it
        self.is_event = is_event  # an update for monitors; False: a value that is being read
        self.SEVR, self.STAT, self.AMSG = record.SEVR, record.STAT, record.AMSG
        self.TIME, self.UTAG, self.now = record.TIME, record.UTAG, record.host.now


class Filter:
    """One filter of one channel: `class Deadband(Filter, name="dbnd")`. Its arguments become attributes."""

    kinds: ClassVar[dict[str, type[Filter]]] = {}
    arguments: ClassVar[Mapping[str, Argument]] = {}
    required: ClassVar[tuple[str, ...]] = ()  # attributes that the arguments must set
    states: States  # the IOC's named states

    def __init_subclass__(cls, name: str, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if name in Filter.kinds:
            raise TypeError(f"channel filter {name} is defined twice: {Filter.kinds[name]} and {cls}")
        Filter.kinds[name] = cls

    def ready(self) -> None:
        """All arguments are set. ValueError says what is wrong with them."""

    def shape(self, dbf: str, elements: int) -> tuple[str, int]:
        """DBF type and capacity of what comes out, given those of what goes in."""
        return dbf, elements

    def apply(self, update: Update) -> Update | None:
        """What becomes of an update; None: nothing is sent."""
        raise NotImplementedError


@dataclass(frozen=True)
class Argument:
    """One key of a filter: the attribute it sets, how its value is read, and what else it sets."""

    attribute: str
    read: Callable[[Json], Any]
    also: Mapping[str, Any] | None = None


def whole(value: Json) -> int:
    """An integer, also as text."""
    return parse_integer(value) if isinstance(value, str) else int(_number(value))


def only_whole(value: Json) -> int:
    """An integer and nothing else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not an integer")
    return value


def number(value: Json) -> float:
    """A number, also as text."""
    return parse_double(value) if isinstance(value, str) else float(_number(value))


def _number(value: Json) -> int | float:
    if not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number")
    return value


def name(value: Json) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value


def one_of(*choices: str) -> Callable[[Json], str]:
    """A choice by its name, which may be cut off at its end."""

    def read(value: Json) -> str:
        found = [c for c in choices if isinstance(value, str) and c.startswith(value)]
        if not found:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
        return found[0]

    return read


# ---- from text ----


def split_filters(text: str) -> tuple[str, str]:
    """A field's name with modifiers as (name, filters): "VAL$[0:3]{...}" is ("VAL$", "[0:3]{...}")."""
    at = min((i for i in (text.find("["), text.find("{")) if i >= 0), default=len(text))
    return text[:at], text[at:]


def parse_filters(text: str, states: States) -> tuple[Filter, ...]:
    """The chain that a name ends in. NotFound says what is wrong with it."""
    chain: list[Filter] = []
    rest = text
    try:
        if rest.startswith("["):
            settings, rest = _range(rest)
            chain.append(make_filter("arr", settings, states))
        if rest.startswith("{"):
            value, rest = json5.parse(rest), ""
            assert isinstance(value, dict)
            chain += [make_filter(kind, settings, states) for kind, settings in value.items()]
        if rest:
            raise ValueError(f'"{rest}" is no filter')
    except ValueError as error:
        raise NotFound(f"channel filter {text}: {error}") from None
    return tuple(chain)


def _range(text: str) -> tuple[Json, str]:
    match = _RANGE.match(text)
    if match is None:
        raise ValueError("a range of elements is [start:end], [start:step:end] or [index]")
    if match["only"]:
        index = parse_integer(match["only"])
        return {"s": index, "e": index}, text[match.end() :]
    found = {"s": match["start"], "i": match["step"], "e": match["end"]}
    return {key: parse_integer(digits) for key, digits in found.items() if digits}, text[match.end() :]


def make_filter(kind: str, settings: Json, states: States) -> Filter:
    """One filter from its name and JSON. ValueError says what is wrong."""
    cls = Filter.kinds.get(kind)
    if cls is None:
        raise ValueError(f'no filter "{kind}"{did_you_mean(kind, Filter.kinds)}; there are {", ".join(Filter.kinds)}')
    if not isinstance(settings, dict):
        raise ValueError(f"{kind} takes an object")
    made = cls()
    made.states = states
    given: set[str] = set()
    for key, value in settings.items():
        argument = cls.arguments.get(key)
        if argument is None:
            hint = did_you_mean(key, cls.arguments)
            raise ValueError(f'{kind} has no argument "{key}"{hint}; there are {", ".join(cls.arguments)}')
        try:
            sets = {argument.attribute: argument.read(value), **(argument.also or {})}
        except ValueError as error:
            raise ValueError(f"{kind}: {key}: {error}") from None
        for attribute, content in sets.items():
            setattr(made, attribute, content)
            given.add(attribute)
    for attribute in cls.required:
        if attribute not in given:
            keys = [key for key, argument in cls.arguments.items() if argument.attribute == attribute]
            raise ValueError(f"{kind} needs {' or '.join(keys)}")
    made.ready()
    return made


def run(chain: tuple[Filter, ...], update: Update | None) -> Update | None:
    """An update through all filters, or until one drops it."""
    for member in chain:
        if update is None:
            break
        update = member.apply(update)
    return update
