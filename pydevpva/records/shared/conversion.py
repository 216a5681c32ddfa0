"""Linear and breakpoint conversion of ai and ao: LINR, ESLO, EOFF, ROFF, ASLO, AOFF (EPICS: cvtBpt.c).

Database thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydevpva.errors import NotFound
from pydevpva.records.core.alarm import MAJOR, SOFT, raise_alarm
from pydevpva.records.core.record import Record

NO_CONVERSION, SLOPE, LINEAR = range(3)  # menuConvert; above are breakpoint tables
FIELDS = frozenset({"LINR", "EGUF", "EGUL", "ESLO", "EOFF"})  # special SPC_LINCONV


def start(record: Record) -> None:
    """iocInit: device support that knows nothing of EOFF takes it from EGUL."""
    record.INIT = 1
    if record.ESLO == 1.0 and record.EOFF == 0.0 and record.LINR != SLOPE:
        record.EOFF = record.EGUL


def special(record: Record) -> None:
    """A put to LINR and its like: smoothing, and the search in a breakpoint table, begin anew."""
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
    converted, inside = _interpolate(record, _points(record), value)
    if not inside:
        raise_alarm(record, SOFT, MAJOR, "BPT Error")
    return converted


def to_raw(record: Record, value: float) -> float | None:
    """Engineering to raw value before rounding; None when it is beyond the breakpoint table (SOFT/MAJOR)."""
    if record.LINR > LINEAR:
        points = [(point[1], point[0]) for point in _points(record)]
        value, inside = _interpolate(record, points, value)
        if not inside:
            raise_alarm(record, SOFT, MAJOR)
            return None
    elif record.LINR != NO_CONVERSION:
        value = 0.0 if record.ESLO == 0.0 else (value - record.EOFF) / record.ESLO
    value -= record.AOFF
    if record.ASLO != 0:
        value /= record.ASLO
    return float(value - record.ROFF)


def _points(record: Record) -> Sequence[tuple[float, float]]:
    """The breakpoint table of LINR; none when a number was put that is beyond the menu."""
    try:
        table: Sequence[tuple[float, float]] = record.host.breakpoint_table(record.LINR).points
    except NotFound:
        return ()
    return table


def _interpolate(record: Record, points: Sequence[tuple[float, float]], x: float) -> tuple[float, bool]:
    """y at x on the broken line, continued straight beyond its ends; False when x lies beyond them.

    The search begins at LBRK, the interval of the last time, and leaves the new one there (cvtBpt.c).
    """
    if len(points) < 2:
        return x, False
    at = 0 if record.INIT else min(max(record.LBRK, 0), len(points) - 2)
    rising, inside = points[at + 1][0] > points[at][0], True
    while x > points[at + 1][0] if rising else x <= points[at + 1][0]:
        at += 1
        if at == len(points) - 1:
            inside = False
            break
    while x < points[at][0] if rising else x > points[at][0]:
        if at == 0:
            inside = False
            break
        at -= 1
    record.LBRK = at
    (x0, y0), (x1, y1) = points[at : at + 2] if at < len(points) - 1 else points[-2:]
    start = points[at]
    return start[1] + (x - start[0]) * ((y1 - y0) / (x1 - x0)), inside
