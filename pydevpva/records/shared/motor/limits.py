"""The ends of travel, in user, dial and raw coordinates (EPICS: motorRecord.cc). Database thread.

HLM and LLM are DHLM and DLLM in user coordinates, RHLM and RLLM in steps; which is which depends on DIR and on the sign
of MRES. DHLM = DLLM = 0 means that travel has no ends.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.bits import HOMES, JOGS, POSITIVE
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.marks import CHANGED, mark, tell
from pydevpva.records.shared.motor.steps import divide


def are_off(record: Record) -> bool:
    """Travel has no ends."""
    return bool(record.DHLM == record.DLLM and record.DLLM == 0.0)


def start(record: Record) -> None:
    """iocInit: RHLM and RLLM, where they are set, say what DHLM and DLLM are."""
    size = abs(record.MRES)
    swapped = not record.MRES > 0
    for dial, raw in (("DLLM", "RHLM" if swapped else "RLLM"), ("DHLM", "RLLM" if swapped else "RHLM")):
        if getattr(record, raw) != 0.0:
            setattr(record, dial, getattr(record, raw) * size)
        setattr(record, raw, divide(getattr(record, dial), size))


def is_beyond(record: Record) -> bool:
    """iocInit: whether the motor stands beyond an end, or the ends lie the wrong way round."""
    if are_off(record):
        return False
    beyond = record.DRBV > record.DHLM + record.MRES or record.DRBV < record.DLLM - record.MRES
    return bool(beyond or record.DLLM > record.DHLM)


def new_limit(record: Record, field: str) -> None:
    """A put to HLM, LLM, DHLM or DLLM: the same end in the other coordinates."""
    positive, offset = record.DIR == POSITIVE, record.OFF
    is_high = field.endswith("HLM")
    value = getattr(record, field)
    if field[0] == "D":
        dial, other = field, "HLM" if is_high == positive else "LLM"
        setattr(record, other, value + offset if positive else -value + offset)
    else:
        dial = other = "DHLM" if is_high == positive else "DLLM"
        setattr(record, other, value - offset if positive else -value + offset)
    raw = "RHLM" if (dial == "DHLM") != (record.MRES < 0) else "RLLM"
    setattr(record, raw, divide(getattr(record, dial), record.MRES))
    send(record, Command.LIMIT)
    mark(record, field, other, raw)


def show_user_limits(record: Record) -> None:
    """HLM and LLM of DHLM and DLLM."""
    if record.DIR == POSITIVE:
        record.HLM, record.LLM = record.DHLM + record.OFF, record.DLLM + record.OFF
    else:
        record.HLM, record.LLM = -record.DLLM + record.OFF, -record.DHLM + record.OFF
    mark(record, "HLM", "LLM")


def new_resolution(record: Record) -> None:
    """Steps have another size: travel ends at the same steps as before."""
    low, high = ("DLLM", "DHLM") if record.MRES > 0 else ("DHLM", "DLLM")
    tell(record, low, record.RLLM * record.MRES)
    tell(record, high, record.RHLM * record.MRES)
    show_user_limits(record)
    record.post_field("HLM", CHANGED)
    record.post_field("LLM", CHANGED)


def watch_jog(record: Record) -> None:
    """LVIO while it runs, which must end a second's way before an end of travel, or looks for home, which may not."""
    if are_off(record):
        record.LVIO = 0
    elif record.MIP & JOGS:
        ahead = record.JOGF and record.RBV > record.HLM - record.JVEL
        behind = record.JOGR and record.RBV < record.LLM + record.JVEL
        record.LVIO = int(bool(ahead or behind or record.DLLM > record.DHLM))
    elif record.MIP & HOMES:
        record.LVIO = 0


def may_jog(record: Record) -> bool:
    """Whether VAL is far enough from the end of travel that JOGF or JOGR leads to."""
    if are_off(record):
        return True
    ahead = record.JOGF and record.VAL > record.HLM - record.JVEL
    behind = record.JOGR and record.VAL < record.LLM + record.JVEL
    return not (ahead or behind or record.DLLM > record.DHLM)


def check_target(record: Record, preferred: bool) -> None:
    """LVIO for DVAL, and for where its backlash is taken up from. The way back into travel is always free."""
    if are_off(record):
        violates = False
    elif record.DLLM > record.DHLM:
        violates = True
    elif (record.DHLM < record.DVAL < record.LDVL) or (record.DLLM > record.DVAL > record.LDVL):
        violates = False
    else:
        end = record.DVAL if preferred else record.DVAL - record.BDST
        violates = end > record.DHLM or end < record.DLLM
    record.LVIO = int(violates)
