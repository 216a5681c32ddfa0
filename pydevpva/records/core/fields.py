"""Reading and writing one field from outside, as dbGet and dbPut do (EPICS: dbAccess.c). Database thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from pydevpva.db.dbf import CHOICES, DTYPES, FLOATS, LINKS
from pydevpva.db.model import Field
from pydevpva.db.numbers import parse_integer
from pydevpva.errors import PutError, did_you_mean
from pydevpva.records.core.alarm import DBE_LOG, DBE_PROPERTY, DBE_VALUE, INVALID, LINK, raise_alarm
from pydevpva.records.core.arrays import as_list, characters, first, is_array, is_numbers, to_array
from pydevpva.records.core.record import Record
from pydevpva.records.core.shown import shown_digits, text_digits
from pydevpva.records.core.values import (
    STRING_BYTES,
    Array,
    Elements,
    Scalar,
    Sent,
    Value,
    cast,
    clip_text,
    converter,
    format_float,
    plain_text,
    whole_text,
)

NUMBERS = frozenset(DTYPES) - frozenset(CHOICES)
LATER = ("SPC_ALARMACK", "SPC_AS", "SPC_DBADDR")


def refuse(record: Record, field: str, reason: str = "this field cannot be changed") -> PutError:
    """The error of a refused put: names record and field."""
    return PutError(f"{record.NAME}.{field}: {reason}")


def text(record: Record, field: Field) -> str:
    """The value as a string (dbGet with DBR_STRING); of an array its first element."""
    return text_of(record, field, record.get(field.name))


def text_of(record: Record, field: Field, value: Value) -> str:
    """The same of a value that the field has, or had."""
    dbf = record.dbf(field.name)
    if not isinstance(value, (float, int)):
        if is_array(value) and not len(value):
            return ""
        value = first(value)
    if isinstance(value, str):
        return value
    if dbf == "ENUM":
        return record.state_text(int(value))
    if dbf in CHOICES:
        return _choice_text(record, field, int(value))
    if dbf in FLOATS:
        return format_float(float(value), shown_digits(record, field.name))
    return plain_text(value)


def texts(record: Record, field: Field, values: Array) -> list[str]:
    """An array field's elements as strings, floats with PREC (dbGet with DBR_STRING)."""
    if is_numbers(values) and record.dbf(field.name) in FLOATS:
        digits = shown_digits(record, field.name)
        return [format_float(float(v), digits) for v in values]
    return [v if isinstance(v, str) else plain_text(v) for v in values]


def _choice_text(record: Record, field: Field, index: int) -> str:
    choices = record.choices(field.name)
    if not choices and field.type == "DEVICE":
        return ""
    return choices[index] if 0 <= index < len(choices) else str(index)


def put(record: Record, field: Field, value: Sent) -> None:
    """dbPut: refuse what must not change, convert, call the specials, post. Raises PutError, nothing half done."""
    name = field.name
    if field.special in ("SPC_NOMOD", "SPC_ATTRIBUTE"):
        raise refuse(record, name)
    if field.type in LINKS:
        _put_link(record, field, value)
        return
    converted: object = None
    if (info := record.array_info(name)) is not None:
        array = _array(record, name, info, value)
    elif field.type == "NOACCESS":
        converted = record.whole(name, value)
    else:
        converted = _scalar(record, field, value)
    if field.type == "DEVICE" and isinstance(converted, int):
        record.host.check_device(record, converted)
    before = getattr(record, name) if field.prop else None
    _before(record, field)
    try:
        if info is not None:
            record.put_array(name, array)
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


def storer(record: Record, field: Field) -> Callable[[Sent], None]:
    """The function that stores into this field as `put` does, with what can be chosen beforehand chosen.

    A field without specials that holds one number is stored in two calls; a client's put does that thousands of times.
    """
    name, dbf = field.name, field.type
    if field.special or field.prop or dbf not in NUMBERS or record.array_info(name) is not None:
        return partial(put, record, field)
    convert, is_value = converter(dbf), name == "VAL"
    is_posted = not (is_value and field.pp)

    def store(value: Sent) -> None:
        if not isinstance(value, (int, float, str)):
            put(record, field, value)
            return
        try:
            setattr(record, name, convert(value))
        except ValueError as error:
            raise refuse(record, name, str(error)) from None
        if is_value and record.UDF:
            record.UDF = 0
            record.post_field("UDF")
        if is_posted:
            record.post_field(name)

    return store


def _array(record: Record, name: str, info: tuple[str, int], value: Sent) -> Array:
    dbf, capacity = info
    if isinstance(value, dict):
        raise refuse(record, name, "a table is no array")
    if capacity == 1 and (size := record.string_size(name)):
        return [clip_text(_as_text(value), size)]
    elements = value if is_array(value) else _elements(value, dbf)
    if isinstance(elements, list):
        if dbf == "ENUM" and any(isinstance(v, str) for v in elements):
            raise refuse(record, name, "an array of states has no labels")
        if dbf == "UINT64":
            elements = [whole_text(v) if isinstance(v, str) else v for v in elements]
    try:
        if dbf != "STRING" and isinstance(elements, list) and "" in elements:
            raise ValueError("an empty text is not a number")
        if dbf == "STRING":
            elements = [v if isinstance(v, str) else plain_text(v, text_digits(record)) for v in as_list(elements)]
        return to_array(elements[:capacity], dbf)
    except (ValueError, TypeError) as error:
        raise refuse(record, name, str(error)) from None


def _elements(value: Scalar, dbf: str) -> Elements:
    """A scalar as an array; a string for characters is its UTF-8 bytes and a terminating NUL."""
    if isinstance(value, str) and dbf in ("CHAR", "UCHAR"):
        return characters(value.encode("utf-8", "surrogateescape") + b"\0")
    return [value]


def _as_text(value: Scalar | Elements) -> str:
    if is_array(value) and not len(value):
        return ""
    value = first(value)
    return value if isinstance(value, str) else plain_text(value)


def _scalar(record: Record, field: Field, value: Sent) -> Scalar | None:
    """One value of the field's type; None when there is nothing to store (an empty array came)."""
    if not isinstance(value, (float, int, str)):
        if isinstance(value, dict):
            raise refuse(record, field.name, "a table is no single value")
        if is_array(value) and not len(value):
            raise_alarm(record, LINK, INVALID)
            return None
        value = first(value)
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


def _choice(record: Record, field: Field, value: Scalar) -> int:
    """An index from a label, a number as text, or a number."""
    if not isinstance(value, str):
        number = int(cast(value, "ENUM"))
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


def _put_link(record: Record, field: Field, value: Sent) -> None:
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
