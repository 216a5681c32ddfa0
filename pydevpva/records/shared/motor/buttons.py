"""HOMF and HOMR, JOGF and JOGR, TWF and TWR, RLV (EPICS: do_work of motorRecord.cc). Database thread."""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import (
    DONE,
    HOMF,
    HOMR,
    JOG_BL1,
    JOG_BL2,
    JOG_REQ,
    JOG_STOP,
    JOGF,
    JOGR,
    JOGS,
    POSITIVE,
    STOP,
)
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.coordinates import direction
from pydevpva.records.shared.motor.limits import may_jog
from pydevpva.records.shared.motor.marks import mark, tell
from pydevpva.records.shared.motor.stop import holds


def take(record: Record) -> bool:
    """Act on what is pressed; True: nothing else is to be done now."""
    return _home(record) or _jog(record)


def _home(record: Record) -> bool:
    plus, minus = (record.HLS, record.LLS) if record.DIR == POSITIVE else (record.LLS, record.HLS)
    forwards = record.HOMF and not record.MIP & HOMF and not plus
    backwards = record.HOMR and not record.MIP & HOMR and not minus
    if not (forwards or backwards):
        return False
    if holds(record):
        record.DMOV = 0
        mark(record, "DMOV")
        return True
    record.MIP = HOMF if record.HOMF else HOMR
    record.PP = 1
    if not _stops_first(record):
        if record.ERES == 0.0:
            record.ERES = record.MRES
            mark(record, "ERES")
        seek_home(record)
    mark(record, "MIP")
    return True


def seek_home(record: Record) -> None:
    """It stands: begin to look for home."""
    send(record, Command.HOME)
    record.DMOV = record.RCNT = 0
    mark(record, "DMOV", "RCNT")
    record.CDIR = int(bool(record.MIP & HOMF) ^ (record.MRES < 0.0))


def _stops_first(record: Record) -> bool:
    """It moves: stop it, what was asked for is next."""
    if not record.MOVN:
        return False
    record.PP = 1
    record.MIP |= STOP
    send(record, Command.STOP)
    return True


def _jog(record: Record) -> bool:
    if not record.MIP & JOGS and not holds(record) and record.MIP & JOG_REQ:
        if not may_jog(record):
            record.LVIO = 1
            mark(record, "LVIO")
            for button in ("JOGF", "JOGR"):
                if getattr(record, button):
                    setattr(record, button, 0)
                    mark(record, button)
            return True
        record.MIP = JOGF if record.JOGF else JOGR
        if not _stops_first(record):
            _run(record)
        mark(record, "MIP")
        return True
    if not record.MIP & JOG_REQ and record.MIP & (JOGF | JOGR):
        record.PP = 1
        record.MIP = (record.MIP | JOG_STOP) & ~(JOGF | JOGR)
        send(record, Command.STOP)
        return True
    return bool(record.MIP & (JOG_STOP | JOG_BL1 | JOG_BL2))


def _run(record: Record) -> None:
    record.DMOV = 0
    mark(record, "DMOV")
    record.PP = 1
    forwards = bool(record.JOGF)
    record.CDIR = int(forwards ^ (record.MRES < 0.0) ^ (direction(record) < 0))
    send(record, Command.JOG)


def move_on(record: Record) -> None:
    """TWF, TWR and RLV make a new VAL, and a new RVAL makes a new DVAL."""
    if record.TWF or record.TWR:
        record.VAL += record.TWV * (1 if record.TWF else -1)
        tell(record, "TWF", 0)
        tell(record, "TWR", 0)
    if record.RLV != record.LRLV:
        record.VAL += record.RLV
        record.RLV = record.LRLV = 0.0
        mark(record, "RLV")
    if record.RVAL != record.LRVL:
        record.DVAL = record.RVAL * record.MRES


def new_jog(record: Record, field: str) -> None:
    """A put to JOGF or JOGR."""
    switch = record.HLS if field == "JOGF" else record.LLS
    if getattr(record, field) == 0:
        record.MIP &= ~JOG_REQ
    elif record.MIP == DONE and not switch:
        record.MIP |= JOG_REQ
