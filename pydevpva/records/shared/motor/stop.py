"""SPMG and STOP (EPICS: do_work of motorRecord.cc). Database thread.

Stop: it stops, and where it stands becomes VAL. Pause: it stops, and goes on at Go. Move: one move, then Pause. Go:
each new VAL is a move. STOP stops as Stop does, and leaves SPMG.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import (
    DELAY_REQ,
    DONE,
    HOMES,
    JOG_REQ,
    RETRY,
    SPMG_GO,
    SPMG_PAUSE,
    SPMG_STOP,
    STOP,
)
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.marks import mark
from pydevpva.records.shared.motor.readback import clear_buttons, synchronize


def holds(record: Record) -> bool:
    """SPMG lets nothing move."""
    return record.SPMG in (SPMG_STOP, SPMG_PAUSE)


def is_news(record: Record) -> bool:
    """STOP is 1, or SPMG another than before."""
    return bool(record.SPMG != record.LSPG or record.STOP != 0)


def take(record: Record) -> bool:
    """Act on it; True: it is stopped, and nothing else is to be done now."""
    stops = record.STOP != 0
    if record.SPMG != record.LSPG:
        record.LSPG = record.SPMG
    else:
        record.STOP = 0
        mark(record, "STOP")
    if stops or holds(record):
        _stop(record, stops or record.SPMG == SPMG_STOP)
        return True
    _release(record)
    return False


def _stop(record: Record, for_good: bool) -> None:
    if for_good:
        if record.MIP == DONE or record.MIP & (STOP | RETRY):
            if record.MIP & RETRY:
                record.MIP, record.DMOV = DONE, 1
                mark(record, "MIP", "DMOV")
            send(record, Command.STOP)
            return
        if record.MOVN:
            record.PP = 1
            clear_buttons(record)
        else:
            synchronize(record)
    if record.MIP & HOMES:
        clear_buttons(record)
    if not record.MIP & DELAY_REQ:  # which has its end, and would never be over otherwise
        record.MIP = STOP
        mark(record, "MIP")
    send(record, Command.STOP)


def _release(record: Record) -> None:
    """Go, or Move."""
    if record.SPMG != SPMG_GO:
        record.MIP, record.RCNT = DONE, 0
        mark(record, "MIP", "RCNT")
    elif (record.JOGF and not record.HLS) or (record.JOGR and not record.LLS):
        record.MIP = JOG_REQ
        mark(record, "MIP")
    elif record.MIP == STOP:
        record.MIP = DONE
        mark(record, "MIP")
