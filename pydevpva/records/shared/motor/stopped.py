"""The device has called: the motor moves, or stands, and what then (EPICS: process of motorRecord.cc).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor import backlash, retry
from pydevpva.records.shared.motor.bits import (
    DELAY_ACK,
    DELAY_REQ,
    DELAYS,
    DONE,
    EXTERNAL,
    HOMF,
    HOMR,
    IN_POSITION,
    JOG_STOP,
    JOGF,
    JOGR,
    LOAD_P,
    MOVE,
    RETRY,
    STOP,
    STUP_ON,
    YES,
)
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.marks import is_marked, mark, unmark
from pydevpva.records.shared.motor.readback import clear_buttons, is_on_switch


def moving(record: Record) -> None:
    """It moves: DMOV follows, also when others have begun. With NTM it is stopped when its target lies behind it."""
    if record.DMOV:
        record.DMOV, record.PP = 0, 1
        record.MIP |= EXTERNAL
        mark(record, "DMOV", "MIP")
    wrong_way = (record.RDIF >= 0) != bool(record.CDIR)
    far = abs(record.DIFF) > record.NTMF * (abs(record.BDST) + record.RDBD)
    if record.NTM == YES and wrong_way and far and record.MIP & (RETRY | MOVE) and not record.MIP & STOP:
        send(record, Command.STOP)
        record.MIP |= STOP
        mark(record, "MIP")
        record.PP = 0


def stands(record: Record) -> bool:
    """It stands: do what is to follow, wait DLY seconds, see whether it is near enough. False: there is more to come.

    DMOV is 1 until it is found that something follows; then it is 0 again, and nobody has been told.
    """
    if not record.DMOV:
        record.DMOV = 1
        mark(record, "DMOV")
        if record.MIP in (JOGF, JOGR):  # nobody has stopped it
            record.MIP, record.PP = DONE, 1
            mark(record, "MIP")
            clear_buttons(record)
    if record.MIP != DONE and is_on_switch(record):
        _not_over(record)
        record.PP, record.MIP = 1, DONE
        mark(record, "MIP")
        return False
    if record.PP:
        if record.VAL != record.LVAL and not record.MIP & (STOP | JOG_STOP):
            if record.MIP in (HOMF, HOMR):
                clear_buttons(record)
            record.MIP = DONE
            return True
        backlash.follow(record)
    if is_on_switch(record) or record.MIP == LOAD_P:
        record.MIP = DONE
        mark(record, "MIP")
        return True
    return not record.DMOV or _settles(record)


def _settles(record: Record) -> bool:
    """Wait until the readback is settled, then judge the move."""
    if record.MIP & DELAY_ACK or record.DLY <= 0.0:
        if record.MIP & DELAYS == DELAY_ACK:
            record.MIP |= DELAYS
            _not_over(record)
            return False
        if record.STUP != STUP_ON and record.MIP != DONE:
            record.MIP &= ~DELAYS
            retry.judge(record)
            mark(record, "MIP")
            if record.MIP == RETRY and record.RMOD == IN_POSITION:
                _delay(record)
    elif is_marked(record, "DMOV"):
        if not record.MIP & DELAY_REQ:
            _delay(record)
        record.DMOV = 0
        unmark(record, "DMOV")
        return False
    return True


def _not_over(record: Record) -> None:
    """DMOV is 0 still; the device is asked where it is."""
    record.DMOV = 0
    unmark(record, "DMOV")
    send(record, Command.ASK)


def _delay(record: Record) -> None:
    record.MIP |= DELAY_REQ
    mark(record, "MIP")
    record.begin_delay()
