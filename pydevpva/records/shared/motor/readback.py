"""Where the motor is, RBV, DRBV and RRBV, and what the bits of MSTA tell (EPICS: process_motor_info of motorRecord.cc).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import (
    DONE,
    EA_HOME,
    EA_PRESENT,
    RA_DIRECTION,
    RA_DONE,
    RA_HOME,
    RA_MINUS_LS,
    RA_PLUS_LS,
    RA_PROBLEM,
    YES,
)
from pydevpva.records.shared.motor.coordinates import accept, direction, target_is_readback
from pydevpva.records.shared.motor.marks import change, mark, tell
from pydevpva.records.shared.motor.steps import divide, grow_with_user, steps


def uses_link(record: Record) -> bool:
    """RDBL is the readback."""
    return bool(record.URIP == YES and record.UEIP != YES)


def read_status(record: Record, first: bool = False) -> None:
    """Positions and switches, of the device or of RDBL. At first RDBL is not read."""
    if record.UEIP == YES and not record.MSTA & EA_PRESENT:
        tell(record, "UEIP", 0)
    old = record.RRBV, record.DRBV
    if not _read_position(record, uses_link(record) and not first) and record.MIP != DONE:
        clear_buttons(record)
        record.STOP = 1
        mark(record, "STOP")
    if record.RRBV != old[0]:
        mark(record, "RRBV")
    if record.DRBV != old[1]:
        mark(record, "DRBV")
    change(record, "RBV", direction(record) * record.DRBV + record.OFF)
    _read_bits(record)
    show_difference(record)


def _read_position(record: Record, by_link: bool) -> bool:
    """RRBV and DRBV; False when RDBL cannot be read, which leaves them."""
    if record.UEIP == YES:
        record.RRBV, step = record.REP, record.ERES
    elif by_link:
        value = record.RDBL.get("DOUBLE")
        if value is None:
            return False
        value = value if isinstance(value, float) else 0.0  # there is no RDBL; C reads what the stack holds
        record.RRBV, step = steps(divide(value * record.RRES, record.MRES)), record.MRES
    else:
        record.RRBV, step = record.RMP, record.MRES
    record.DRBV = record.RRBV * step
    return True


def _read_bits(record: Record) -> None:
    """Direction, switches, whether it moves. A switch stops what moves towards it."""
    status = record.MSTA
    change(record, "TDIR", int(bool(status & RA_DIRECTION)))
    record.RHLS, record.RLLS = int(bool(status & RA_PLUS_LS)), int(bool(status & RA_MINUS_LS))
    same = grow_with_user(record)
    change(record, "HLS", record.RHLS if same else record.RLLS)
    change(record, "LLS", record.RLLS if same else record.RHLS)
    stuck = is_on_switch(record) or bool(status & RA_PROBLEM)
    if stuck:
        clear_buttons(record)
    change(record, "MOVN", int(not (stuck or status & RA_DONE)))
    change(record, "ATHM", int(bool(status & (EA_HOME if record.UEIP else RA_HOME))))


def is_on_switch(record: Record) -> bool:
    """It is on the switch in the direction that it was sent to."""
    return bool(record.RHLS if record.CDIR else record.RLLS)


def show_difference(record: Record) -> None:
    """DIFF and RDIF."""
    record.DIFF = record.DVAL - record.DRBV
    record.RDIF = steps(divide(record.DIFF, record.MRES))
    mark(record, "DIFF", "RDIF")


def synchronize(record: Record) -> None:
    """Where it is becomes where it is to be."""
    _read_position(record, uses_link(record))
    record.RBV = record.DRBV * direction(record) + record.OFF
    mark(record, "RRBV", "DRBV", "RBV")
    target_is_readback(record)
    accept(record)


def clear_buttons(record: Record) -> None:
    """Nobody wants it to run or to look for home any more."""
    for button in ("JOGF", "JOGR", "HOMF", "HOMR"):
        if getattr(record, button):
            setattr(record, button, 0)
            mark(record, button)
