"""Alarm conditions and severities, and how a record raises and settles them (EPICS: alarm.h, recGbl.c).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.dbcommon import DbCommon

NO_ALARM, MINOR, MAJOR, INVALID = range(4)
SEVERITIES = ("NO_ALARM", "MINOR", "MAJOR", "INVALID")
CONDITIONS = (
    "NO_ALARM", "READ", "WRITE", "HIHI", "HIGH", "LOLO", "LOW", "STATE", "COS", "COMM", "TIMEOUT", "HWLIMIT",
    "CALC", "SCAN", "LINK", "SOFT", "BAD_SUB", "UDF", "DISABLE", "SIMM", "READ_ACCESS", "WRITE_ACCESS",
)  # fmt: skip
(_, READ, WRITE, HIHI, HIGH, LOLO, LOW, STATE, COS, COMM, TIMEOUT, HWLIMIT,
 CALC, SCAN, LINK, SOFT, BAD_SUB, UDF, DISABLE, SIMM, READ_ACCESS, WRITE_ACCESS) = range(22)  # fmt: skip
AMSG_SIZE = 39

DBE_VALUE, DBE_LOG, DBE_ALARM, DBE_PROPERTY = 1, 2, 4, 8


def failure(record: DbCommon) -> str:
    """The alarm of a record whose device support failed, for people."""
    severity = SEVERITIES[record.SEVR] if record.SEVR else "no alarm"
    return f"reading or writing failed: {severity} {CONDITIONS[record.STAT]} {record.AMSG}".rstrip()


def raise_alarm(record: DbCommon, stat: int, sevr: int, message: str = "") -> bool:
    """Raise the alarm of this processing when it is worse than what was raised before (recGblSetSevrMsg)."""
    if record.NSEV < sevr:
        record.NSTA, record.NSEV, record.NAMSG = stat, sevr, message
        return True
    return False


def settle_alarms(record: DbCommon) -> int:
    """Make the raised alarm the record's own and return DBE_ALARM when it changed (recGblResetAlarms)."""
    raised = record.NSEV
    if not (raised or record.SEVR or record.STAT or record.NSTA or record.AMSG):
        return 0
    sevr = min(raised, INVALID)
    changed = record.AMSG != record.NAMSG or record.SEVR != sevr or record.STAT != record.NSTA
    record.AMSG, record.STAT, record.SEVR = record.NAMSG, record.NSTA, sevr
    record.NSTA = record.NSEV = 0
    record.NAMSG = ""
    if not changed:
        return 0
    if not record.ACKT or sevr >= record.ACKS:
        record.ACKS = sevr
    return DBE_ALARM


def inherit_alarm(record: DbCommon, mode: str, stat: int, sevr: int, message: str) -> None:
    """What a link's NMS, MS, MSI or MSS hands over from the record at its other end (recGblInheritSevrMsg).

    Only MSS, which hands over the whole alarm, hands over its message.
    """
    if mode == "MSS":
        raise_alarm(record, stat, sevr, message)
    elif mode == "MS" or (mode == "MSI" and sevr >= INVALID):
        raise_alarm(record, LINK, sevr)
