"""What goes with every value: alarm and time stamp, as flat {leaf: value} dicts. Database thread.

Follows QSRV2 (pvxs: ioc/iocsource.cpp getTimeAlarm), where pvaccess says nothing else.
"""

from __future__ import annotations

from pydevpva.db.infos import TIME_TAG
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.shape import Leaves
from pydevpva.records.core.alarm import CONDITIONS
from pydevpva.records.core.record import Record

NONE, DEVICE, DRIVER, RECORD, DB, _CONF, UNDEFINED, _CLIENT = range(8)
STATUS = {
    "NO_ALARM": NONE,
    **dict.fromkeys(("READ", "WRITE", "HIHI", "HIGH", "LOLO", "LOW", "STATE", "COS", "HWLIMIT"), DEVICE),
    **dict.fromkeys(("COMM", "TIMEOUT", "UDF"), DRIVER),
    **dict.fromkeys(("CALC", "SCAN", "LINK", "SOFT", "BAD_SUB"), RECORD),
    **dict.fromkeys(("DISABLE", "SIMM", "READ_ACCESS", "WRITE_ACCESS"), DB),
}
CLASSES = tuple(STATUS[condition] for condition in CONDITIONS)  # by STAT


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
    words = record.info.get(TIME_TAG, "").split(":")
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
