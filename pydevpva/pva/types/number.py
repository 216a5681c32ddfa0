"""NTScalar of a number: its structure, value and limits. What arrays of numbers have besides the value is the same."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Any

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.shape import ALARM, FORMS, TIME, Leaves, Read, Shape, form_of
from pydevpva.records.core import shown
from pydevpva.records.core.arrays import first_or_zero
from pydevpva.records.core.record import Record

LIMITS = (
    "display.limitLow", "display.limitHigh", "control.limitLow", "control.limitHigh", "valueAlarm.lowAlarmLimit",
    "valueAlarm.lowWarningLimit", "valueAlarm.highWarningLimit", "valueAlarm.highAlarmLimit",
)  # fmt: skip
MARKED_ONCE: Leaves = {  # what QSRV2 never fills in; a client must find it all the same
    "control.minStep": 0,
    "valueAlarm.active": False,
    "valueAlarm.lowAlarmSeverity": 0,
    "valueAlarm.lowWarningSeverity": 0,
    "valueAlarm.highWarningSeverity": 0,
    "valueAlarm.highAlarmSeverity": 0,
    "valueAlarm.hysteresis": 0.0,
}


class Numeric(Shape):
    """What a number and an array of numbers share: display, control and alarm limits, precision, form."""

    __slots__ = ()

    def members(self) -> list[Any]:
        code = self.code
        value = ("value", f"a{code}" if self.is_array else code)
        return [
            value, ALARM, TIME, ("display", _display(code)), ("control", _control(code)), ("valueAlarm", _alarms(code)),
        ]  # fmt: skip

    def changing(self, address: Address) -> Leaves:
        return super().changing(address) | self.limits(address)

    def limits(self, address: Address) -> Leaves:
        """Limits and precision, as leaves."""
        record, name, leaves = address.record, address.field.name, Leaves()
        if (display := shown.display_limits(record, name)) is not None:
            leaves.update(zip(LIMITS[:2], display, strict=True))
        if (control := shown.control_limits(record, name)) is not None:
            leaves.update(zip(LIMITS[2:4], control, strict=True))
        if (alarms := shown.alarm_limits(record, name)) is not None:
            leaves.update(zip(LIMITS[4:], alarms, strict=True))
        leaves = {leaf: wire.limit(value, self.code) for leaf, value in leaves.items()}
        if record.properties.precision_shown and (digits := shown.precision(record, name)) is not None:
            leaves["display.precision"] = max(0, digits)
        return leaves

    def everything(self, address: Address) -> Leaves:
        form = form_of(address)
        return {
            **dict.fromkeys(LIMITS, 0),
            **MARKED_ONCE,
            "display.precision": 0,
            "display.form.choices": FORMS,
            "display.form.index": FORMS.index(form) if form in FORMS else 0,
            **super().everything(address),
        }


class Number(Numeric):
    """One number."""

    __slots__ = ()
    type_id = "epics:nt/NTScalar:1.0"

    def reader(self, address: Address) -> Read:
        record, name = address.record, address.field.name
        native = attrgetter(name) if record.array_info(name) is None else _element_reader(name)
        return _integer_reader(native, name, self.code) if self.code in wire.RANGES else native


@cache
def number(code: str) -> Number:
    """The one Number of that code."""
    return Number(code)


def _integer_reader(native: Read, name: str, code: str) -> Read:
    low, high = wire.RANGES[code]

    def read(record: Record) -> int:
        value = native(record)
        if type(value) is int and low <= value <= high:
            return value
        raise TypeError(f"{record.NAME}.{name} holds {value!r}, which is no integer from {low} to {high}")

    return read


def _element_reader(name: str) -> Read:
    """For an array field that had room for one element when the client asked: the element, or 0 when there is none."""
    return lambda record: first_or_zero(record.get(name))


def _display(code: str) -> Any:
    form = ("form", ("S", "enum_t", [("index", "i"), ("choices", "as")]))
    limits = [("limitLow", code), ("limitHigh", code)]
    return ("S", "", [*limits, ("description", "s"), ("units", "s"), ("precision", "i"), form])


def _control(code: str) -> Any:
    return ("S", "", [("limitLow", code), ("limitHigh", code), ("minStep", code)])


def _alarms(code: str) -> Any:
    limits = [(name, code) for name in ("lowAlarmLimit", "lowWarningLimit", "highWarningLimit", "highAlarmLimit")]
    names = ("lowAlarmSeverity", "lowWarningSeverity", "highWarningSeverity", "highAlarmSeverity")
    return ("S", "", [("active", "?"), *limits, *((name, "i") for name in names), ("hysteresis", "d")])
