"""Simulation as it was before SDLY and SSCN: SIML, SIMM, SIOL and SIMS of busy and swait. Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, SIMM, SOFT, raise_alarm
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.record import Record

NO, YES = range(2)


def load_mode(record: Record) -> None:
    """iocInit: SIMM from a constant SIML."""
    if (mode := record.SIML.load("USHORT")) is not None:
        record.SIMM = mode


def fetch_mode(record: Record) -> bool:
    """SIMM from SIML; False: it could not be read, an alarm is raised and SIMM stays."""
    mode = record.SIML.get("USHORT")
    if mode is None:
        return False
    if mode is not NO_DATA:
        record.SIMM = mode
    return True


def write(record: Record) -> int:
    """VAL to SIOL, as SIMM says; 0 or -1."""
    if record.SIMM != YES:
        raise_alarm(record, SOFT, INVALID)
        return -1
    done = record.SIOL.put(record.VAL, record.value_type)
    raise_alarm(record, SIMM, record.SIMS)
    return 0 if done else -1


def read(record: Record) -> None:
    """SVAL, and VAL, from SIOL, which may be a constant."""
    value = record.SIOL.get("DOUBLE")
    if value is not None:
        if value is not NO_DATA:
            record.SVAL = value
        record.VAL, record.UDF = record.SVAL, 0
    raise_alarm(record, SIMM, record.SIMS)
