"""What a step is, and a turn: MRES = UREV / SREV; and what may be the readback (EPICS: motorRecord.cc).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor import limits, speeds
from pydevpva.records.shared.motor.bits import EA_PRESENT, LOAD_P, YES
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.coordinates import load_position, redefines
from pydevpva.records.shared.motor.marks import change, is_marked, mark, tell

_STEPS_A_TURN = 200


def start(record: Record) -> None:
    """iocInit: UREV, where it is set, says what MRES is; a step is never nothing."""
    if record.SREV <= 0:
        record.SREV = _STEPS_A_TURN
    if record.UREV != 0.0:
        record.MRES = record.UREV / record.SREV
    if record.MRES == 0.0:
        record.MRES = 1.0
    record.UREV = record.MRES * record.SREV


def keep_deadband(record: Record) -> None:
    """RDBD is a step at least."""
    if record.RDBD < abs(record.MRES):
        tell(record, "RDBD", abs(record.MRES))


def new_steps(record: Record, field: str) -> None:
    """A put to MRES, UREV or SREV: the others follow. Steps and turns a second stay, so VELO and its like change."""
    if field == "SREV":
        if record.SREV <= 0:
            record.SREV = _STEPS_A_TURN
            mark(record, "SREV")
        change(record, "MRES", record.UREV / record.SREV)
        return
    if field == "MRES":
        mark(record, "MRES")
        change(record, "UREV", record.MRES * record.SREV)
    else:
        change(record, "MRES", record.UREV / record.SREV)
    speeds.of_turns(record)
    limits.new_resolution(record)


def new_encoder_step(record: Record) -> None:
    """A put to ERES."""
    if record.ERES == 0.0:
        record.ERES = record.MRES
    mark(record, "ERES")


def new_readback(record: Record, field: str) -> None:
    """A put to UEIP or URIP: one of them can be Yes, and UEIP only where there is an encoder."""
    if field == "URIP":
        if record.URIP == YES and record.UEIP == YES:
            record.UEIP = 0
            mark(record, "UEIP")
    elif record.UEIP == YES:
        if record.MSTA & EA_PRESENT:
            if record.URIP == YES:
                tell(record, "URIP", 0)
        else:
            record.UEIP = 0
            mark(record, "UEIP")


def is_new(record: Record) -> bool:
    """Whether MRES, ERES or UEIP has changed since the last processing."""
    return any(is_marked(record, field) for field in ("MRES", "ERES", "UEIP"))


def take(record: Record) -> None:
    """The device is told where it stands in the new steps."""
    keep_deadband(record)
    if redefines(record):
        record.PP = 1
        send(record, Command.ASK)
    elif not record.MIP & LOAD_P:
        load_position(record)
