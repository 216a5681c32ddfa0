"""Alarm limits and deadbands of the numeric records (EPICS: checkAlarms and monitor of ai, ao, calc, longin, ...).

Database thread.
"""

from __future__ import annotations

import math

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE, HIGH, HIHI, LOLO, LOW, UDF, raise_alarm
from pydevpva.records.core.record import Record

RANGE_LOLO, RANGE_LOW, RANGE_NORMAL, RANGE_HIGH, RANGE_HIHI = range(1, 6)
_STATUS = {RANGE_LOLO: LOLO, RANGE_LOW: LOW, RANGE_HIGH: HIGH, RANGE_HIHI: HIHI}
_LIMIT_OF = {
    RANGE_HIHI: ("HHSV", "HIHI"), RANGE_HIGH: ("HSV", "HIGH"), RANGE_LOW: ("LSV", "LOW"), RANGE_LOLO: ("LLSV", "LOLO"),
}  # fmt: skip
INFINITE = math.inf
_THRESHOLD = 0.6321  # of a level: where the alarm filter rounds the other way (1 - 1/e)


def check_limits(record: Record) -> None:
    """Raise UDF, HIHI, LOLO, HIGH or LOW for VAL, with hysteresis; LALM keeps the limit that raised it."""
    if record.UDF:
        raise_alarm(record, UDF, record.UDFS)
        return
    if not (record.HHSV or record.LLSV or record.HSV or record.LSV):
        record.LALM = record.VAL
        return
    found, severity, limit = alarm_range(record, record.VAL)
    if not severity or raise_alarm(record, _STATUS[found], severity):
        record.LALM = limit


def check_filtered_limits(record: Record, before: int) -> None:
    """check_limits with the alarm filter AFTC; `before` is the TIME of the previous processing in ns."""
    if record.UDF:
        raise_alarm(record, UDF, record.UDFS)
        record.AFVL = 0.0
        return
    if record.AFTC > 0:
        found, severity, limit = _filter(record, before, *alarm_range(record, record.VAL))
    else:
        record.AFVL = 0.0
        if not (record.HHSV or record.LLSV or record.HSV or record.LSV):
            record.LALM = record.VAL
            return
        found, severity, limit = alarm_range(record, record.VAL)
    if not severity:
        record.LALM = record.VAL
    elif raise_alarm(record, _STATUS[found], severity):
        record.LALM = limit


def alarm_range(record: Record, value: float) -> tuple[int, int, float]:
    """(range, severity, limit) of a value; severity 0 and the value itself when no limit is passed."""
    hhsv, llsv, hsv, lsv = record.HHSV, record.LLSV, record.HSV, record.LSV
    if not (hhsv or llsv or hsv or lsv):
        return RANGE_NORMAL, 0, value
    hyst, lalm = record.HYST, record.LALM
    if hhsv and (value >= (limit := record.HIHI) or (lalm == limit and value >= limit - hyst)):
        return RANGE_HIHI, hhsv, limit
    if llsv and (value <= (limit := record.LOLO) or (lalm == limit and value <= limit + hyst)):
        return RANGE_LOLO, llsv, limit
    if hsv and (value >= (limit := record.HIGH) or (lalm == limit and value >= limit - hyst)):
        return RANGE_HIGH, hsv, limit
    if lsv and (value <= (limit := record.LOW) or (lalm == limit and value <= limit + hyst)):
        return RANGE_LOW, lsv, limit
    return RANGE_NORMAL, 0, value


def _filter(record: Record, before: int, found: int, severity: int, limit: float) -> tuple[int, int, float]:
    """Low-pass filter of the alarm level with time constant AFTC.

    The sign of AFVL says whether the level is rounded down (positive) or up, which gives hysteresis.
    """
    level = record.AFVL
    if level == 0:
        record.AFVL = float(found)
        return found, severity, limit
    seconds = (record.TIME - before) / 1e9
    alpha = record.AFTC / (seconds + record.AFTC)
    level = alpha * level + (1 - alpha if level > 0 else alpha - 1) * found
    if math.isfinite(level) and level - math.floor(level) > _THRESHOLD:
        level = -level
    record.AFVL = level
    if not math.isfinite(level):  # AFTC is
        return RANGE_NORMAL, 0, limit
    found = abs(math.floor(level))
    if found not in _LIMIT_OF:
        return found, 0, limit
    severity_field, limit_field = _LIMIT_OF[found]
    return found, getattr(record, severity_field), getattr(record, limit_field)


def deadbands(record: Record) -> int:
    """DBE_VALUE and DBE_LOG for VAL by MDEL and ADEL, updating MLST and ALST (recGblCheckDeadband)."""
    value, mask = record.VAL, 0
    change = abs(record.MLST - value)
    if change > record.MDEL if change < INFINITE else exceeds(record.MLST, value, record.MDEL):
        mask = DBE_VALUE
        record.MLST = value
    change = abs(record.ALST - value)
    if change > record.ADEL if change < INFINITE else exceeds(record.ALST, value, record.ADEL):
        mask |= DBE_LOG
        record.ALST = value
    return mask


def new_value(record: Record) -> int:
    """DBE_VALUE and DBE_LOG when VAL is not MLST, the value posted last, and MLST becomes it."""
    if record.MLST == record.VAL:
        return 0
    record.MLST = record.VAL
    return DBE_VALUE | DBE_LOG


def exceeds(old: float, new: float, deadband: float) -> bool:
    """Whether the change is larger than the deadband; to or from NaN or infinity it is infinite."""
    delta = abs(old - new)
    if delta < INFINITE:  # false for NaN
        return delta > deadband
    same = new == old or (new != new and old != old)
    return (0.0 if same else INFINITE) > deadband


def whole_deadbands(record: Record) -> int:
    """deadbands for integer records, where a deadband below 0 posts always."""
    value, mask = record.VAL, 0
    if record.MDEL < 0 or abs(record.MLST - value) > record.MDEL:
        mask = DBE_VALUE
        record.MLST = value
    if record.ADEL < 0 or abs(record.ALST - value) > record.ADEL:
        mask |= DBE_LOG
        record.ALST = value
    return mask
