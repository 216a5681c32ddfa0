"""{"debug": {"calc": ...}}, {"trace": {...}}: another link, and with trace a log of what it is asked (EPICS:
lnkDebug.c). Database thread."""

from __future__ import annotations

import logging
from typing import Any

from pydevpva.db.json5 import Json
from pydevpva.db.model import Field
from pydevpva.engine.links.json_kinds import Opener, check_link, json_link, make_child
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)


class Wrapped:
    """All of the link inside, under the text of the whole."""

    def __init__(self, link: Link, text: str) -> None:
        self._link, self.text = link, text

    def __str__(self) -> str:
        return self.text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)


class Traced(Wrapped):
    """Says each call and what came of it."""

    def __init__(self, link: Link, text: str, name: str) -> None:
        super().__init__(link, text)
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._link, name)
        if not callable(found):
            return found

        def traced(*args: object) -> object:
            result = found(*args)
            log.info("Link trace: %s: %s(%s) -> %r", self._name, name, ", ".join(map(repr, args)), result)
            return result

        return traced


@json_link("debug", check_link)
def debug(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """EPICS's parsers print what they do when a link is debugged; ours do not, so this is the link inside."""
    return Wrapped(make_child(opener, record, field, text, value), text)


@json_link("trace", check_link)
def trace(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """Log every use of the link inside."""
    return Traced(make_child(opener, record, field, text, value), text, f"{record.NAME}.{field.name}")
