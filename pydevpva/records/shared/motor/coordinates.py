"""User, dial and raw coordinates: VAL, DVAL, RVAL (EPICS: motorRecord.cc).

    VAL = DVAL * direction + OFF        RVAL = DVAL / MRES, in whole steps

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import LOAD_P, POSITIVE
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.limits import show_user_limits
from pydevpva.records.shared.motor.marks import change, mark
from pydevpva.records.shared.motor.steps import divide, steps


def direction(record: Record) -> int:
    """1 when user and dial values grow together, else -1."""
    return 1 if record.DIR == POSITIVE else -1


def redefines(record: Record) -> bool:
    """A new VAL says where the motor is, and moves nothing."""
    return bool(record.SET and not record.IGSET)


def accept(record: Record) -> None:
    """VAL, DVAL and RVAL have been acted on."""
    record.LVAL, record.LDVL, record.LRVL = record.VAL, record.DVAL, record.RVAL


def take_back(record: Record) -> None:
    """VAL, DVAL and RVAL are not acted on: they become what they were."""
    record.VAL, record.DVAL, record.RVAL = record.LVAL, record.LDVL, record.LRVL
    mark(record, "VAL", "DVAL", "RVAL")


def show_user_readback(record: Record) -> None:
    """RBV of DRBV."""
    record.RBV = record.DRBV * direction(record) + record.OFF
    mark(record, "RBV")


def target_is_readback(record: Record) -> None:
    """VAL, DVAL and RVAL of RBV and DRBV."""
    record.VAL, record.DVAL = record.RBV, record.DRBV
    record.RVAL = steps(divide(record.DVAL, record.MRES))
    mark(record, "VAL", "DVAL", "RVAL")


def new_direction(record: Record) -> None:
    """A put to DIR: VAL follows when OFF is frozen, else OFF does."""
    if record.FOFF:
        record.VAL = record.DVAL * direction(record) + record.OFF
        mark(record, "VAL")
    else:
        record.OFF = record.VAL - record.DVAL * direction(record)
        mark(record, "OFF")
    show_user_readback(record)
    show_user_limits(record)


def new_offset(record: Record) -> None:
    """A put to OFF: all user values follow, and nothing moves."""
    sign = direction(record)
    record.VAL = record.DVAL * sign + record.OFF
    record.LVAL = record.LDVL * sign + record.OFF
    mark(record, "VAL")
    show_user_readback(record)
    show_user_limits(record)


def redefine_user(record: Record) -> None:
    """The motor is at VAL, which OFF sees to; DVAL stays."""
    record.OFF = record.VAL - record.DVAL * direction(record)
    mark(record, "OFF")
    show_user_readback(record)
    show_user_limits(record)
    record.LVAL = record.VAL


def load_position(record: Record) -> None:
    """The motor is at DVAL, which its device is told; nothing moves."""
    position = steps(divide(record.DVAL, record.MRES))
    record.LDVL, record.LVAL = record.DVAL, record.VAL
    change(record, "RVAL", position)
    record.LRVL = position
    sign = direction(record)
    if record.FOFF:
        record.VAL = record.OFF + sign * record.DVAL
        mark(record, "VAL")
        record.LVAL = record.VAL
    else:
        record.OFF = record.VAL - sign * record.DVAL
        mark(record, "OFF")
        show_user_limits(record)
    record.MIP = LOAD_P
    mark(record, "MIP")
    change(record, "DMOV", 0)
    send(record, Command.LOAD)
    send(record, Command.ASK)
