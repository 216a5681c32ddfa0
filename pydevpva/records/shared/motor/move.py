"""From a new VAL or DVAL to a move (EPICS: do_work of motorRecord.cc). Database thread.

    VAL -> DVAL -> far enough away? -> within travel? -> with backlash? -> the device is told

With backlash (BDST is a step at least) the move goes first to where the last part is in BDST's direction, and what
follows is backlash.py's. A move that is tried again (retry.py) comes here as well.
"""

from __future__ import annotations

import math

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor import coordinates, limits
from pydevpva.records.shared.motor.bits import (
    ARITHMETIC,
    DONE,
    GEOMETRIC,
    IN_POSITION,
    LOAD_P,
    MOVE,
    RETRY,
    YES,
)
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.coordinates import direction
from pydevpva.records.shared.motor.marks import change, mark
from pydevpva.records.shared.motor.steps import apart, divide, nearest, steps


def is_relative(record: Record) -> bool:
    """The device is told how far to go, not where to: a readback that is not its own says where it is."""
    return bool(record.RTRY != 0 and record.RMOD != IN_POSITION and (record.UEIP or record.URIP))


def has_backlash(record: Record) -> bool:
    """Backlash is taken up."""
    return bool(abs(record.BDST) >= abs(record.MRES))


def new_user_value(record: Record) -> bool:
    """A new VAL is a new DVAL; or, with SET and a variable OFF, a new OFF, and that is all: True."""
    if record.VAL == record.LVAL:
        return False
    mark(record, "VAL")
    if coordinates.redefines(record) and not record.FOFF:
        coordinates.redefine_user(record)
        record.MIP, record.DMOV = DONE, 1
        mark(record, "MIP", "DMOV")
        return True
    record.DVAL = (record.VAL - record.OFF) / direction(record)
    return False


def go(record: Record, violated: int) -> None:
    """DVAL is new, or what is under way is not over. `violated` is what LVIO was before."""
    if record.DVAL != record.LDVL:
        mark(record, "DVAL")
    change(record, "DIFF", record.DVAL - record.DRBV)
    record.RDIF = steps(divide(record.DIFF, record.MRES))
    mark(record, "RDIF")
    if coordinates.redefines(record):
        if math.isnan(record.DVAL):  # as a position it would be new each time, and set without end
            _refuse(record)
        elif not record.MIP & LOAD_P:
            coordinates.load_position(record)
        return
    before = divide(record.LDVL, record.MRES)
    _other_coordinates(record)
    if _is_small(record):
        _is_there(record)
        return
    share = 1.0
    if record.MIP & RETRY:
        if record.RMOD == IN_POSITION:  # the device tries by itself
            return
        share = _share(record)
    else:
        change(record, "RCNT", 0)
    preferred = _is_preferred(record)
    limits.check_target(record, preferred)
    readable = record.URIP != YES or record.RDBL.get("DOUBLE") is not None
    if record.LVIO != violated:
        mark(record, "LVIO")
    if record.LVIO or not readable:
        _refuse(record)
    elif record.MIP in (DONE, RETRY):
        _begin(record, not _is_one_move(record, preferred, before, share))


def _other_coordinates(record: Record) -> None:
    """VAL and RVAL of DVAL, which may be what was put."""
    record.VAL = record.DVAL * direction(record) + record.OFF
    if record.VAL != record.LVAL:
        mark(record, "VAL")
    record.RVAL = steps(divide(record.DVAL, record.MRES))
    if record.RVAL != record.LRVL:
        mark(record, "RVAL")


def _is_small(record: Record) -> bool:
    """Less than a step, or less than SPDB; of a move that is tried again, less than RDBD."""
    wanted, present = nearest(divide(record.DVAL, record.MRES)), nearest(divide(record.DRBV, record.MRES))
    if record.MIP & RETRY:
        return apart(wanted, present) < nearest(divide(record.RDBD, abs(record.MRES)))
    if wanted == present:
        return True
    target, here, deadband = record.DVAL, record.DRBV, record.SPDB
    return bool(deadband > 0 and target - deadband < here < target + deadband)


def _is_there(record: Record) -> None:
    """Nothing is moved."""
    if not record.DMOV and record.MIP in (DONE, RETRY):
        record.DMOV = 1
        mark(record, "DMOV")
        change(record, "MIP", DONE)
    coordinates.accept(record)


def _share(record: Record) -> float:
    """How much of the way a further try goes."""
    if record.RMOD == ARITHMETIC:
        return float(divide(record.RTRY - record.RCNT + 1.0, record.RTRY))
    return float(0.5 ** max(record.RCNT - 1, -1)) if record.RMOD == GEOMETRIC else 1.0


def _is_preferred(record: Record) -> bool:
    """The move goes in BDST's direction."""
    forwards = record.DIFF > 0 if is_relative(record) else record.DVAL > record.LDVL
    return bool(forwards == (record.BDST > 0))


def _refuse(record: Record) -> None:
    """Beyond travel, no number, or nobody could tell where it is: what was wanted is taken back."""
    coordinates.take_back(record)
    if record.MIP & RETRY:
        record.MIP = DONE
        mark(record, "MIP")
    if record.MIP == DONE and not record.DMOV:
        record.DMOV = 1
        mark(record, "DMOV")


def _is_one_move(record: Record, preferred: bool, before: float, share: float) -> bool:
    """It goes straight to its end: without backlash, or in its direction with its speed or from within it."""
    if abs(record.BDST) < abs(record.MRES):
        return True
    if not preferred:
        return False
    if record.BVEL == record.VELO and record.BACC == record.ACCL:
        return True
    if not is_relative(record):
        return bool(abs(divide(record.DVAL, record.MRES) - before) <= 1.0 + divide(abs(record.BDST), abs(record.MRES)))
    way = divide((record.DVAL - record.BDST) - record.DRBV, record.MRES)
    if record.RMOD in (ARITHMETIC, GEOMETRIC) and record.MIP & RETRY:
        way *= share
        if abs(way) < 1.0:
            way = 1.0 if way > 0.0 else -1.0
    return bool(way <= 1.0 if record.BDST >= 0 else way >= 1.0)


def _begin(record: Record, two_parts: bool) -> None:
    record.MIP |= MOVE
    mark(record, "MIP")
    change(record, "DMOV", 0)
    coordinates.accept(record)
    if two_parts:
        record.PP = 1
    record.CDIR = 0 if record.RDIF < 0 else 1
    send(record, Command.MOVE)
