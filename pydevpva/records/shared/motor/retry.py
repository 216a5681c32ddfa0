"""A move is over: is it near enough to its end, or to be tried again? (EPICS: maybeRetry of motorRecord.cc)

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import DONE, JOG_REQ, RETRY, SPMG_MOVE, SPMG_PAUSE
from pydevpva.records.shared.motor.coordinates import accept
from pydevpva.records.shared.motor.marks import change, mark, unmark
from pydevpva.records.shared.motor.steps import grow_with_user

_LARGEST_COUNT = 32767  # of a SHORT; in C it becomes negative, and the tries never end


def judge(record: Record) -> None:
    """Within RDBD it is over; beyond it is tried again, RTRY times at most, unless a switch is in the way."""
    if abs(record.DIFF) >= record.RDBD and not _is_blocked(record):
        if record.RTRY == 0:
            record.MIP &= JOG_REQ
        else:
            _again(record)
            mark(record, "RCNT")
    else:
        record.MIP &= JOG_REQ
        change(record, "MISS", 0)
        if record.SPMG == SPMG_MOVE:
            record.SPMG = SPMG_PAUSE
            mark(record, "SPMG")
    mark(record, "MIP")


def _is_blocked(record: Record) -> bool:
    same = grow_with_user(record)
    forwards = record.CDIR if same else not record.CDIR
    return bool(record.HLS if forwards else record.LLS)


def _again(record: Record) -> None:
    may_try = record.RCNT < record.RTRY
    record.RCNT = min(record.RCNT + 1, _LARGEST_COUNT)
    if may_try:
        record.DMOV = 0
        unmark(record, "DMOV")
        record.MIP = RETRY
        return
    record.MIP = DONE
    if (record.JOGF and not record.HLS) or (record.JOGR and not record.LLS):
        record.MIP |= JOG_REQ
    accept(record)
    record.MISS = 1
    mark(record, "MISS")
