"""The kinds of JSON links, {"const": 5}, by name: where a room adds its own. Database thread, but for registering
and `refused_link`.

A kind is a factory: `factory(opener, record, field, text, value)`, with the owner of the link, the field it stands in,
the link's whole text (what str() of the link must give), and the JSON value that follows the kind's name. It
returns a records.core.links.Link. Its check, `check(link_type, value)` with INLINK, OUTLINK or FWDLINK, runs when a
database is loaded and before the factory; it raises ValueError with the reason when the value is none for it, and so
may the factory. A link that watches its far end may have `start()`, called at iocRun or when it is set later, and
`close()`, called when its text changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

from pydevpva.db import json5
from pydevpva.db.json5 import Json
from pydevpva.db.model import Field
from pydevpva.engine.address import Address
from pydevpva.engine.links.remote import RemoteLinks
from pydevpva.engine.put import Puts
from pydevpva.errors import did_you_mean
from pydevpva.records.core.links import NO_LINK, Link
from pydevpva.records.core.record import Record


class Opener(Protocol):
    """What a kind of link may ask of the room: opening.Opening."""

    @property
    def puts(self) -> Puts: ...

    @property
    def remotes(self) -> Mapping[str, RemoteLinks]:
        """Who makes links to what is not in this IOC, by protocol."""

    def to_left_out(self, record: Record, field: Field, text: str, name: str) -> Link | None:
        """The link for a name of a record that was left out; None: it was not."""

    def own(self, name: str) -> Address | None:
        """The field of this IOC that a name means, without a search for similar names; None: there is none."""


Factory = Callable[[Opener, Record, Field, str, Json], Link]
Check = Callable[[str, Json], None]
FOLDER = "pydevpva.engine.links.kinds"  # a module there is found by being there
KINDS: dict[str, Factory] = {}
CHECKS: dict[str, Check] = {}


def json_link(name: str, check: Check | None = None) -> Callable[[Factory], Factory]:
    """Decorator: serve {"name": ...} by this factory."""

    def register(factory: Factory) -> Factory:
        if name in KINDS:
            raise TypeError(f'JSON link kind "{name}" is defined twice: {KINDS[name]} and {factory}')
        KINDS[name] = factory
        if check is not None:
            CHECKS[name] = check
        return factory

    return register


@cache
def load_kinds() -> None:
    """Import the kinds of this package; other rooms register theirs when they are imported."""
    for module in pkgutil.iter_modules(importlib.import_module(FOLDER).__path__):
        importlib.import_module(f"{FOLDER}.{module.name}")


def refused_link(text: str, link_type: str = "INLINK") -> str:
    """Why a link's text cannot be served, or ""; called when a database is loaded."""
    text = text.strip()
    if not text.startswith("{"):
        return ""
    try:
        check_link(link_type, json5.parse(text))
    except ValueError as error:
        return str(error)
    return ""


def check_link(link_type: str, value: Json) -> None:
    """Raise ValueError unless value, such as {"const": 5}, is a link for that type of field; {} is none and allowed."""
    load_kinds()
    if not isinstance(value, dict) or len(value) > 1:
        raise ValueError(f"{value!r} is no JSON link, an object with one key, its type")
    for kind, content in value.items():
        if kind not in KINDS:
            choices = ", ".join(sorted(KINDS))
            raise ValueError(f'no JSON link type "{kind}"{did_you_mean(kind, KINDS)}; choices: {choices}')
        if kind in CHECKS:
            CHECKS[kind](link_type, content)


def make_json_link(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """The link that a JSON object such as {"const": 5} describes; value is that object. Raises ValueError."""
    check_link(field.type, value)
    return make_child(opener, record, field, text, value)


def make_child(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """As make_json_link, for a link inside another whose check has seen it."""
    assert isinstance(value, dict)
    for kind, content in value.items():
        return KINDS[kind](opener, record, field, text, content)
    return NO_LINK
