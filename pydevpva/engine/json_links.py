"""The kinds of JSON links, {"const": 5}, by name: where a room adds its own. Database thread, but for registering.

A kind is a factory: `factory(host, record, field, text, value)`, with the owner of the link, the field it stands in,
the link's whole text (what str() of the link must give), and the JSON value that follows the kind's name. It
returns a records.links.Link, and raises ValueError with the reason when the value is none for it. A link that
watches its far end may have `start()`, called at iocRun or when it is set later, and `close()`, called when its text
changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from pydevpva.db import json5
from pydevpva.db.json5 import Json
from pydevpva.db.model import Field
from pydevpva.errors import did_you_mean
from pydevpva.records.links import ConstantLink, Link
from pydevpva.records.record import Record

if TYPE_CHECKING:
    from pydevpva.engine.host import EngineHost

Factory = Callable[["EngineHost", Record, Field, str, Json], Link]
KINDS: dict[str, Factory] = {}


def json_link(name: str) -> Callable[[Factory], Factory]:
    """Decorator: serve {"name": ...} by this factory."""

    def register(factory: Factory) -> Factory:
        if name in KINDS:
            raise TypeError(f'JSON link kind "{name}" is defined twice: {KINDS[name]} and {factory}')
        KINDS[name] = factory
        return factory

    return register


def refused_link(text: str) -> str:
    """Why a link's text cannot be served, or ""; called when a database is loaded."""
    text = text.strip()
    if not text.startswith("{"):
        return ""
    value = json5.parse(text)
    kind = next(iter(cast(dict[str, Json], value)), None)
    if kind is None or kind in KINDS:
        return ""
    return f'JSON links of type "{kind}" are not there{did_you_mean(kind, KINDS)}; choices: {", ".join(sorted(KINDS))}'


def make_json_link(host: EngineHost, record: Record, field: Field, text: str, value: Json) -> Link:
    """The link that a JSON object such as {"const": 5} describes; value is that object. Raises ValueError."""
    if refused := refused_link(text):
        raise ValueError(refused)
    for kind, content in cast(dict[str, Json], value).items():
        return KINDS[kind](host, record, field, text, content)
    return ConstantLink(text)


@json_link("const")
def constant(host: EngineHost, record: Record, field: Field, text: str, value: Json) -> Link:
    """{"const": 5}, {"const": "text"}, {"const": [1, 2]}."""
    return ConstantLink(text, value)
