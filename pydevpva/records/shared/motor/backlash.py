"""The part of a move, or of a jog, that follows when the motor stands (EPICS: postProcess of motorRecord.cc).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor import buttons
from pydevpva.records.shared.motor.bits import (
    DONE,
    HOMES,
    HOMF,
    HOMR,
    JOG_BL1,
    JOG_BL2,
    JOG_STOP,
    LOAD_P,
    MOVE,
    MOVE_BL,
    STOP,
)
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.coordinates import accept, target_is_readback
from pydevpva.records.shared.motor.marks import mark, unmark
from pydevpva.records.shared.motor.move import has_backlash, is_relative
from pydevpva.records.shared.motor.steps import divide, steps
from pydevpva.records.shared.output import CLOSED_LOOP


def follow(record: Record) -> None:
    """Do what was to follow (PP): the rest of a move, of a jog, or the search of home that waited for a stop."""
    record.PP = 0
    if record.OMSL != CLOSED_LOOP and not record.MIP & (MOVE | MOVE_BL | JOG_BL1 | JOG_BL2):
        target_is_readback(record)
        record.DIFF, record.RDIF = 0.0, 0
        mark(record, "DIFF", "RDIF")
    if record.MIP & LOAD_P:
        record.MIP = DONE
    elif record.MIP & HOMES:
        _after_home(record)
    elif record.MIP & (JOG_STOP | MOVE):
        if has_backlash(record):
            _take_up(record)
        record.MIP &= ~(JOG_STOP | MOVE)
    elif record.MIP & JOG_BL1:
        _second_part(record, JOG_BL2)
    accept(record)
    record.MIP &= ~STOP
    mark(record, "MIP")


def _after_home(record: Record) -> None:
    if record.MIP & STOP:
        record.MIP &= ~STOP
        buttons.seek_home(record)
        record.PP = 1
        return
    button, bit = ("HOMF", HOMF) if record.MIP & HOMF else ("HOMR", HOMR)
    record.MIP &= ~bit
    setattr(record, button, 0)
    mark(record, button)


def _take_up(record: Record) -> None:
    """After a jog in two parts, the first to where the second is in BDST's direction; after a move the second."""
    if record.MIP & JOG_STOP:
        _begin(record, JOG_BL1)
    else:
        _second_part(record, MOVE_BL)


def _second_part(record: Record, phase: int) -> None:
    if not is_relative(record):
        start = divide(record.DVAL - record.BDST, record.MRES)
        record.RVAL = steps(start + record.FRAC * (divide(record.DVAL, record.MRES) - start))
    _begin(record, phase)


def _begin(record: Record, phase: int) -> None:
    """The move is not over, which nobody was told."""
    record.DMOV = 0
    unmark(record, "DMOV")
    record.MIP = phase
    record.CDIR = int(not _way(record, phase) < 0.0)
    send(record, Command.MOVE)
    record.PP = 1


def _way(record: Record, phase: int) -> float:
    """What says in which direction it is sent."""
    way = divide(record.DIFF, record.MRES)
    if is_relative(record):
        if phase == MOVE_BL:
            way *= record.FRAC
        if phase == JOG_BL2:
            way = (way - divide((record.DVAL - record.BDST) - record.DRBV, record.MRES)) * record.FRAC
    return way
