"""Which normative type a field is served as, and the p4p Type of each, made once. Any thread.

The structures are those of QSRV2 (pvxs: ioc/singlesource.cpp getValuePrototype, src/nt.cpp), leaf for leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from p4p import Type

from pydevpva.db.dbf import CHOICES, LINKS
from pydevpva.engine.address import Address
from pydevpva.errors import NotFound
from pydevpva.pva.types import codes as wire

ALARM = ("alarm", ("S", "alarm_t", [("severity", "i"), ("status", "i"), ("message", "s")]))
TIME = ("timeStamp", ("S", "time_t", [("secondsPastEpoch", "l"), ("nanoseconds", "i"), ("userTag", "i")]))
FORMS = ("Default", "String", "Binary", "Decimal", "Hex", "Exponential", "Engineering")


class Kind(Enum):
    """The shapes of a record's data; the value is the type's id."""

    NUMBER = "epics:nt/NTScalar:1.0"
    TEXT = "epics:nt/NTScalar:1.0 "  # the same type id; an Enum wants its values to differ
    CHOICE = "epics:nt/NTEnum:1.0"
    NUMBERS = "epics:nt/NTScalarArray:1.0"
    TEXTS = "epics:nt/NTScalarArray:1.0 "
    IMAGE = "epics:nt/NTNDArray:1.0"
    TABLE = "epics:nt/NTTable:1.0"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a field looks on the wire: the kind, the code of one element, and the p4p Type."""

    kind: Kind
    code: str
    type: Any

    @property
    def numeric(self) -> bool:
        """It has limits, precision and form."""
        return self.kind in (Kind.NUMBER, Kind.NUMBERS)


@cache
def shape(kind: Kind, code: str) -> Shape:
    """The one Shape of that kind: p4p refuses a post whose Type is equal but not the same object as at open."""
    return Shape(kind, code, Type(_members(kind, code), id=kind.value.strip()))


def shape_of(address: Address) -> Shape:
    """How this field is served; NotFound for one that cannot be (NOACCESS)."""
    dbf, array = address.dbf, address.elements != 1
    if dbf not in wire.CODES:
        raise NotFound(f"{address.record.NAME}.{address.field.name} has no value that clients could see ({dbf})")
    if dbf in LINKS:
        return shape(Kind.TEXT, "s")
    if address.long:  # "REC.DESC$": QSRV2 gives the characters
        return shape(Kind.NUMBER if address.filters and address.elements == 1 else Kind.NUMBERS, "b")
    if dbf == "STRING":
        return shape(Kind.TEXTS if array else Kind.TEXT, "s")
    if array:
        is_text = dbf == "CHAR" and form_of(address) == "String"
        return shape(Kind.TEXT, "s") if is_text else shape(Kind.NUMBERS, wire.CODES[dbf])
    return shape(Kind.CHOICE, "i") if dbf in CHOICES else shape(Kind.NUMBER, wire.CODES[dbf])


def is_short(address: Address) -> bool:
    """A text that has up to 41 bytes with its NUL, of which QSRV2 shows and takes 39 (pvxs: ioc/channel.cpp)."""
    field, record = address.field, address.record
    if field.type == "STRING":
        return field.size == 41
    return hasattr(record, "string_size") and field.type == "NOACCESS" and bool(record.string_size(field.name) <= 40)


def form_of(address: Address) -> str:
    """info(Q:form, ...), which speaks of VAL only."""
    return str(address.record.info.get("Q:form", "Default")) if address.field.name == "VAL" else "Default"


def _members(kind: Kind, code: str) -> list[Any]:
    if kind is Kind.CHOICE:
        value: Any = ("S", "enum_t", [("index", "i"), ("choices", "as")])
        return [("value", value), ALARM, TIME, ("display", ("S", "", [("description", "s")]))]
    array = "a" if kind in (Kind.NUMBERS, Kind.TEXTS) else ""
    head = [("value", array + code), ALARM, TIME]
    if code == "s":
        return [*head, ("display", ("S", "", [("description", "s"), ("units", "s")]))]
    return [*head, ("display", _display(code)), ("control", _control(code)), ("valueAlarm", _value_alarm(code))]


def _display(code: str) -> Any:
    form = ("form", ("S", "enum_t", [("index", "i"), ("choices", "as")]))
    limits = [("limitLow", code), ("limitHigh", code)]
    return ("S", "", [*limits, ("description", "s"), ("units", "s"), ("precision", "i"), form])


def _control(code: str) -> Any:
    return ("S", "", [("limitLow", code), ("limitHigh", code), ("minStep", code)])


def _value_alarm(code: str) -> Any:
    limits = [(name, code) for name in ("lowAlarmLimit", "lowWarningLimit", "highWarningLimit", "highAlarmLimit")]
    names = ("lowAlarmSeverity", "lowWarningSeverity", "highWarningSeverity", "highAlarmSeverity")
    return ("S", "", [("active", "?"), *limits, *((name, "i") for name in names), ("hysteresis", "d")])
