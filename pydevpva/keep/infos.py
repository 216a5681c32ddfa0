"""info(autosaveFields, "VAL HIHI"): which fields a database itself asks to save. No thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.infos import SAVED
from pydevpva.db.model import RecordInstance
from pydevpva.errors import NotFound, nearest_field
from pydevpva.records.core.factory import behaviour
from pydevpva.records.shared.longstring import LongString

FIELDS, PASS0, PASS1 = SAVED
_UNDER_WAY = {"busy", "motor"}  # VAL begins something, or says that it is under way: a restart is no reason for that


def asked(records: Iterable[RecordInstance], definitions: Definitions, info: str) -> tuple[list[str], list[str]]:
    """Names of the fields that an info tag asks for, by record type and then as loaded; and what is wrong with some."""
    names: list[str] = []
    problems: list[str] = []
    for record in sorted(records, key=lambda r: r.type):
        for field in record.infos.get(info, "").split():
            if reason := _wrong(record, field, definitions):
                problems.append(f"{record.location}: info({info}): {reason}")
            else:
                names.append(f"{record.name}.{field}")
    return names, problems


def _wrong(record: RecordInstance, field: str, definitions: Definitions) -> str:
    fields, name = definitions.record_type(record.type).fields, field.removesuffix("$")
    if name not in fields:
        return f"no field {name} in {record.type} record {record.name}{nearest_field(name, fields)}"
    is_text = fields[name].type in ("STRING", *LINKS) or (name == "VAL" and _is_long(record))
    return "" if is_text or name == field else f"{record.name}.{name} is no text: $ has no meaning behind it"


def outputs(records: Iterable[RecordInstance], definitions: Definitions) -> Iterator[str]:
    """VAL of all records that are set by people: those with DOL and OUT, but busy and motor."""
    for record in records:
        if record.type in _UNDER_WAY:
            continue
        try:
            fields = definitions.record_type(record.type).fields
        except NotFound:
            continue
        if "DOL" in fields and "OUT" in fields and "VAL" in fields:
            yield f"{record.name}.VAL{'$' if _is_long(record) else ''}"


def _is_long(record: RecordInstance) -> bool:
    """Whether its VAL is a long string."""
    return issubclass(behaviour(record.type), LongString)
