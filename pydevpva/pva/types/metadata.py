"""What goes with a value: alarm, time stamp, units, limits, choices, as flat {leaf: value} dicts. Database thread.

Follows QSRV2 (pvxs: ioc/iocsource.cpp getTimeAlarm, getProperties), where pvaccess says nothing else.
"""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.normative import FORMS, Kind, Shape, form_of
from pydevpva.records.core import shown
from pydevpva.records.core.alarm import CONDITIONS
from pydevpva.records.core.record import Record

Leaves = dict[str, Any]
NONE, DEVICE, DRIVER, RECORD, DB, _CONF, UNDEFINED, _CLIENT = range(8)
STATUS = {
    "NO_ALARM": NONE,
    **dict.fromkeys(("READ", "WRITE", "HIHI", "HIGH", "LOLO", "LOW", "STATE", "COS", "HWLIMIT"), DEVICE),
    **dict.fromkeys(("COMM", "TIMEOUT", "UDF"), DRIVER),
    **dict.fromkeys(("CALC", "SCAN", "LINK", "SOFT", "BAD_SUB"), RECORD),
    **dict.fromkeys(("DISABLE", "SIMM", "READ_ACCESS", "WRITE_ACCESS"), DB),
}
CLASSES = tuple(STATUS[condition] for condition in CONDITIONS)  # by STAT
MARKED_ONCE: Leaves = {  # what QSRV2 never fills in; a client must find it all the same
    "control.minStep": 0,
    "valueAlarm.active": False,
    "valueAlarm.lowAlarmSeverity": 0,
    "valueAlarm.lowWarningSeverity": 0,
    "valueAlarm.highWarningSeverity": 0,
    "valueAlarm.highAlarmSeverity": 0,
    "valueAlarm.hysteresis": 0.0,
}
LIMITS = (
    "display.limitLow", "display.limitHigh", "control.limitLow", "control.limitHigh", "valueAlarm.lowAlarmLimit",
    "valueAlarm.lowWarningLimit", "valueAlarm.highWarningLimit", "valueAlarm.highAlarmLimit",
)  # fmt: skip


def alarm(record: Record) -> Leaves:
    """Severity, PVA's class of the condition, and the message; never a null string."""
    stat, message = record.STAT, record.AMSG
    if not message and stat:
        message = CONDITIONS[stat] if stat < len(CONDITIONS) else ""
    status = CLASSES[stat] if stat < len(CLASSES) else UNDEFINED
    return {"alarm.severity": record.SEVR, "alarm.status": status, "alarm.message": wire.text(message)}


def alarm_state(record: Record) -> tuple[int, int, str]:
    """What tells whether the alarm is another than at the last post."""
    return record.SEVR, record.STAT, record.AMSG


def nanosecond_mask(record: Record) -> int:
    """The bits of the nanoseconds that info(Q:time:tag, "nsec:lsb:N") makes the user tag."""
    words = record.info.get("Q:time:tag", "").split(":")
    if words[:2] != ["nsec", "lsb"] or len(words) != 3 or not words[2].isdecimal():
        return 0
    return (1 << min(int(words[2]), 30)) - 1


def stamp(record: Record, mask: int) -> Leaves:
    """The time of the record; mask as from nanosecond_mask."""
    seconds, nanoseconds = divmod(record.TIME, 1_000_000_000)
    return {
        "timeStamp.secondsPastEpoch": seconds,
        "timeStamp.nanoseconds": nanoseconds & ~mask,
        "timeStamp.userTag": nanoseconds & mask if mask else wire.user_tag(record.UTAG),
    }


def changing(address: Address, shape: Shape) -> Leaves:
    """The leaves that a property change posts: exactly those QSRV2 marks for this field."""
    record, name = address.record, address.field.name
    leaves: Leaves = {"display.description": wire.text(record.DESC)}
    if shape.kind is Kind.CHOICE:
        leaves["value.choices"] = wire.texts(record.choices(name))
        return leaves
    if (units := shown.units(record, name)) is not None:
        leaves["display.units"] = wire.text(units)
    if shape.numeric and not address.long:
        leaves.update(_limits(record, name, shape.code))
    return leaves


def _limits(record: Record, name: str, code: str) -> Leaves:
    leaves: Leaves = {}
    if (display := shown.display_limits(record, name)) is not None:
        leaves.update(zip(LIMITS[:2], display, strict=True))
    if (digits := shown.precision(record, name)) is not None:
        leaves["display.precision"] = max(0, digits)
    if (control := shown.control_limits(record, name)) is not None:
        leaves.update(zip(LIMITS[2:4], control, strict=True))
    if (alarms := shown.alarm_limits(record, name)) is not None:
        leaves.update(zip(LIMITS[4:], alarms, strict=True))
    return {leaf: value if leaf == "display.precision" else wire.limit(value, code) for leaf, value in leaves.items()}


def everything(address: Address, shape: Shape) -> Leaves:
    """All leaves besides value, alarm and time stamp, for open."""
    leaves: Leaves = {}
    if shape.numeric:
        form = form_of(address)
        leaves.update(dict.fromkeys(LIMITS, 0), **MARKED_ONCE)
        leaves["display.precision"] = 0
        leaves["display.form.choices"] = FORMS
        leaves["display.form.index"] = FORMS.index(form) if form in FORMS else 0
    if shape.kind is not Kind.CHOICE:
        leaves["display.units"] = ""
    leaves.update(changing(address, shape))
    return leaves
