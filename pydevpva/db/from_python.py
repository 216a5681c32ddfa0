"""A record that a Python script makes, as the statement that a .db file would have of it. No thread."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydevpva.db.source import Source
from pydevpva.db.syntax import Item, Statement
from pydevpva.errors import Location, PydevpvaError


def made_record(
    kind: str, name: str, fields: Mapping[str, object], infos: Mapping[str, str], place: Location
) -> tuple[Statement, Source]:
    """record(kind, name) with these fields, whose values are texts, numbers, or what JSON links are made of."""
    source = Source(place.file)
    source.add("", place.file, place.line, 0)
    items = [_field(f"{name}.{field}", field, value) for field, value in fields.items()]
    items += [Item("info", 0, (tag, str(text))) for tag, text in infos.items()]
    return Statement("record", 0, (kind, name), items), source


def _field(where: str, field: str, value: object) -> Item:
    if isinstance(value, (dict, list)):
        return Item("field", 0, (field, json.dumps(value)), True)
    if isinstance(value, bool):
        return Item("field", 0, (field, str(int(value))))
    if isinstance(value, (str, int, float)):
        return Item("field", 0, (field, str(value)))
    raise PydevpvaError(f"{where}: a field is a text or a number, of a JSON link a dict, not {type(value).__name__}")
