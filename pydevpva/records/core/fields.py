"""Reading and writing one field from outside, as dbGet and dbPut do (EPICS: dbAccess.c). Database thread."""

from __future__ import annotations

from contextlib import suppress

from pydevpva.db.dbf import CHOICES, LINKS
from pydevpva.db.model import Field
from pydevpva.db.numbers import parse_integer
from pydevpva.errors import PutError, did_you_mean
from pydevpva.records.core.alarm import DBE_LOG, DBE_PROPERTY, DBE_VALUE, INVALID, LINK, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.core.shown import precision, text_digits
from pydevpva.records.core.values import (
    STRING_BYTES,
    Value,
    clip_text,
    converter,
    format_float,
    plain_text,
    to_array,
    whole_text,
)

LATER = ("SPC_ALARMACK", "SPC_AS", "SPC_DBADDR")


def refuse(record: Record, field: str, reason: str = "this field cannot be changed") -> PutError:
    """The error of a refused put: names record and field."""
    return PutError(f"{record.NAME}.{field}: {reason}")


def text(record: Record, field: Field) -> str:
    """The value as a string (dbGet with DBR_STRING); of an array its first element."""
    value, dbf = record.get(field.name), record.dbf(field.name)
    if record.elements(field.name) != 1:
        value = value[0] if len(value) else ""
    if isinstance(value, str):
        return value
    if dbf == "ENUM":
        return record.state_text(value)
    if dbf in CHOICES:
        return _choice_text(record, field, value)
    if dbf in ("DOUBLE", "FLOAT"):
        digits = precision(record, field.name)
        return format_float(float(value), 6 if digits is None else digits & 0xFFFF)
    return plain_text(value)


def texts(record: Record, field: Field, values: Value) -> list[str]:
    """An array field's elements as strings, floats with PREC (dbGet with DBR_STRING)."""
    if record.dbf(field.name) in ("DOUBLE", "FLOAT"):
        digits = precision(record, field.name)
        return [format_float(float(v), 6 if digits is None else digits & 0xFFFF) for v in values]
    return [v if isinstance(v, str) else plain_text(v) for v in values]


def _choice_text(record: Record, field: Field, index: int) -> str:
    choices = record.choices(field.name)
    return choices[index] if 0 <= index < len(choices) else str(index)


def put(record: Record, field: Field, value: Value) -> None:
    """dbPut: refuse what must not change, convert, call the specials, post. Raises PutError, nothing half done."""
    name = field.name
    if field.special in ("SPC_NOMOD", "SPC_ATTRIBUTE"):
        raise refuse(record, name)
    if field.type in LINKS:
        _put_link(record, field, value)
        return
    if (info := record.array_info(name)) is not None:
        converted = _array(record, name, info, value)
    elif field.type == "NOACCESS":
        converted = record.whole(name, value)
    else:
        converted = _scalar(record, field, value)
    if field.type == "DEVICE":
        record.host.check_device(record, converted)
    before = getattr(record, name) if field.prop else None
    _before(record, field)
    try:
        if info is not None:
            record.put_array(name, converted)
        elif converted is not None:
            setattr(record, name, converted)
    finally:
        _after(record, field)
    is_value = name == "VAL"
    if is_value and record.UDF:
        record.UDF = 0
        record.post_field("UDF")
    if not (is_value and field.pp):
        record.post_field(name, DBE_VALUE | DBE_LOG)
    if field.prop:
        if getattr(record, name) != before:
            record.post_field(name, DBE_PROPERTY)
        record.property_changed(name)
    if field.special and field.special not in LATER:
        record.post(0)  # a special may have changed other fields: who shows them looks again


def _array(record: Record, name: str, info: tuple[str, int], value: Value) -> Value:
    dbf, capacity = info
    if capacity == 1 and hasattr(record, "string_size"):  # lsi, lso, printf: one long string
        return clip_text(_as_text(value), record.string_size(name))
    if isinstance(value, str):
        value = _characters(value) if dbf in ("CHAR", "UCHAR") else [value]
    elif not hasattr(value, "__len__"):
        value = [value]
    if dbf == "ENUM" and any(isinstance(v, str) for v in value):
        raise refuse(record, name, "an array of states has no labels")
    if dbf == "UINT64" and isinstance(value, list):
        value = [whole_text(v) if isinstance(v, str) else v for v in value]
    try:
        if dbf != "STRING" and isinstance(value, list) and "" in value:
            raise ValueError("an empty text is not a number")
        if dbf == "STRING":
            value = [v if isinstance(v, str) else plain_text(v, text_digits(record)) for v in _native(value)]
        return to_array(value[:capacity], dbf)
    except (ValueError, TypeError) as error:
        raise refuse(record, name, str(error)) from None


def _native(values: Value) -> Value:
    return values.tolist() if hasattr(values, "tolist") else values


def _characters(text: str) -> Value:
    """A string for a CHAR array: its UTF-8 bytes and a terminating NUL."""
    import numpy as np

    return np.frombuffer(text.encode("utf-8", "surrogateescape") + b"\0", dtype="i1")


def _as_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if hasattr(value, "__len__"):
        return _as_text(value[0].item() if hasattr(value[0], "item") else value[0]) if len(value) else ""
    return plain_text(value)


def _scalar(record: Record, field: Field, value: Value) -> Value:
    """One value of the field's type; None when there is nothing to store (an empty array came)."""
    if hasattr(value, "__len__") and not isinstance(value, str):
        if len(value) == 0:
            raise_alarm(record, LINK, INVALID)
            return None
        value = value[0]
        value = value.item() if hasattr(value, "item") else value
    if field.type == "STRING":
        size = field.size - 1 if field.size else STRING_BYTES
        return clip_text(value if isinstance(value, str) else plain_text(value, text_digits(record)), size)
    dbf = record.dbf(field.name)
    if dbf in CHOICES:
        return _choice(record, field, value)
    try:
        return converter(dbf)(value)
    except ValueError as error:
        raise refuse(record, field.name, str(error)) from None


def _choice(record: Record, field: Field, value: Value) -> int:
    """An index from a label, a number as text, or a number."""
    if not isinstance(value, str):
        number = int(converter("ENUM")(value))
        if field.special == "SPC_SCAN" and number >= len(record.choices(field.name)):
            raise refuse(record, field.name, f"{value} is not one of the choices")
        return number
    choices = record.choices(field.name)
    if field.type == "ENUM":
        if (state := record.find_name(value)) is not None:
            return state
    elif value in choices:
        return choices.index(value)
    with suppress(ValueError):
        if 0 <= (index := parse_integer(value)) < len(choices):
            return index
    hint = did_you_mean(value, choices) or f"; choices: {', '.join(choices)}"
    raise refuse(record, field.name, f"{value!r} is not one of the choices{hint}")


def _put_link(record: Record, field: Field, value: Value) -> None:
    if not isinstance(value, str):
        raise refuse(record, field.name, f"a link is set by its text, not by {value!r}")
    if field.special not in ("", "SPC_NOMOD"):
        record.special(field.name, False)
    record.host.set_link(record, field, value)
    record.relinked(field.name)
    if field.special:
        record.special(field.name, True)
    record.post_field(field.name)


def _before(record: Record, field: Field) -> None:
    if not field.special:
        return
    if field.special == "SPC_SCAN":
        record.host.scan_delete(record)
    elif field.special in LATER:
        pass
    else:
        record.special(field.name, False)


def _after(record: Record, field: Field) -> None:
    if not field.special:
        return
    if field.special == "SPC_SCAN":
        record.host.scan_add(record)
    elif field.special == "SPC_ALARMACK":
        _alarm_acknowledge(record)
    elif field.special == "SPC_AS":
        record.host.set_access_group(record)
    elif field.special not in LATER:
        record.special(field.name, True)


def _alarm_acknowledge(record: Record) -> None:
    """A put to ACKT: transient alarms need no acknowledging any more, so lower ACKS to the current severity."""
    if not record.ACKT and record.ACKS > record.SEVR:
        record.ACKS = record.SEVR
        record.post_field("ACKS")
