"""Linear and breakpoint conversion of ai and ao: LINR, ESLO, EOFF, ROFF, ASLO, AOFF (EPICS: cvtBpt.c).

Database thread.
"""

from __future__ import annotations

from bisect import bisect_right

from pydevpva.records.alarm import MAJOR, SOFT, raise_alarm
from pydevpva.records.record import Record

NO_CONVERSION, SLOPE, LINEAR = range(3)  # menuConvert; above are breakpoint tables
FIELDS = frozenset({"LINR", "EGUF", "EGUL", "ESLO", "EOFF"})  # special SPC_LINCONV


def start(record: Record) -> None:
    """iocInit: device support that knows nothing of EOFF takes it from EGUL."""
    record.INIT = 1
    if record.ESLO == 1.0 and record.EOFF == 0.0 and record.LINR != SLOPE:
        record.EOFF = record.EGUL


def special(record: Record, after: bool) -> None:
    """A put to LINR and its like: smoothing begins anew, LINEAR takes EOFF from EGUL."""
    record.INIT = 1


def to_engineering(record: Record, raw: int) -> float:
    """Raw to engineering value; a value beyond the breakpoint table is SOFT/MAJOR."""
    value: float = float(raw) + record.ROFF
    if record.ASLO != 0.0:
        value *= record.ASLO
    value += record.AOFF
    if record.LINR == NO_CONVERSION:
        return value
    if record.LINR <= LINEAR:
        return value * float(record.ESLO) + float(record.EOFF)
    points = record.host.breakpoint_table(record.LINR).points
    converted, inside = _interpolate([p[0] for p in points], [p[1] for p in points], value)
    if not inside:
        raise_alarm(record, SOFT, MAJOR, "BPT Error")
    return converted


def to_raw(record: Record, value: float) -> float | None:
    """Engineering to raw value before rounding; None when it is beyond the breakpoint table (SOFT/MAJOR)."""
    if record.LINR > LINEAR:
        points = sorted((p[1], p[0]) for p in record.host.breakpoint_table(record.LINR).points)
        value, inside = _interpolate([p[0] for p in points], [p[1] for p in points], value)
        if not inside:
            raise_alarm(record, SOFT, MAJOR)
            return None
    elif record.LINR != NO_CONVERSION:
        value = 0.0 if record.ESLO == 0.0 else (value - record.EOFF) / record.ESLO
    value -= record.AOFF
    if record.ASLO != 0:
        value /= record.ASLO
    return float(value - record.ROFF)


def _interpolate(xs: list[float], ys: list[float], x: float) -> tuple[float, bool]:
    """y at x on the broken line, continued straight beyond its ends; False when x lies beyond them."""
    i = min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)
    slope = (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i])
    return ys[i] + (x - xs[i]) * slope, xs[0] <= x <= xs[-1]
