"""The alarms of a motor (EPICS: alarm_sub of motorRecord.cc). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import COMM, HIGH, INVALID, LOW, MAJOR, STATE, UDF, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import CNTRL_COMM_ERR, EA_SLIP_STALL, RA_PROBLEM
from pydevpva.records.shared.motor.marks import mark


def check_alarms(record: Record) -> None:
    """Raise UDF; HIGH or LOW, of severity HLSV, on a switch or beyond travel; COMM or STATE when the motor says so."""
    if record.UDF == 1:
        raise_alarm(record, UDF, INVALID)
        return
    if record.HLSV and (record.HLS or record.DVAL > record.DHLM):
        raise_alarm(record, HIGH, record.HLSV)
        return
    if record.HLSV and (record.LLS or record.DVAL < record.DLLM):
        raise_alarm(record, LOW, record.HLSV)
        return
    if record.MSTA & CNTRL_COMM_ERR:
        record.MSTA &= ~CNTRL_COMM_ERR
        mark(record, "MSTA")
        raise_alarm(record, COMM, INVALID)
    if record.MSTA & (EA_SLIP_STALL | RA_PROBLEM):
        raise_alarm(record, STATE, MAJOR)
