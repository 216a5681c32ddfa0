"""Which fields are to be posted, as bits of MMAP and NMAP, and posting them (EPICS: monitor of motorRecord.cc).

A mark may outlive a put that processes nothing, and go out with the next processing. Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_VALUE
from pydevpva.records.core.record import Record
from pydevpva.records.shared.motor.steps import grow_with_user

CHANGED = DBE_VALUE | DBE_LOG
_MMAP = (
    "VAL DVAL HLM LLM DMOV SPMG RCNT MRES ERES UEIP STOP LVIO RVAL RLV OFF RBV DHLM DLLM DRBV MOVN HLS LLS RRBV MSTA "
    "ATHM TDIR MIP DIFF RDIF"
)
_NMAP = "SBAS SREV UREV VELO VBAS MISS STUP JOGF JOGR HOMF HOMR RHLM RLLM"
_BITS = {
    name: (field, 1 << bit)
    for field, names in (("MMAP", _MMAP), ("NMAP", _NMAP))
    for bit, name in enumerate(names.split())
}
OWN = frozenset(_BITS) | {"RHLS", "RLLS"}  # what is posted here, and nowhere else
_OFTEN = ("RRBV", "DRBV", "DIFF", "RDIF", "MSTA")
_SELDOM_TEXT = (
    "VAL DVAL RVAL TDIR MIP HLM LLM SPMG RCNT RLV OFF DHLM DLLM HLS LLS ATHM MRES ERES UEIP LVIO STOP SBAS SREV UREV "
    "VELO VBAS MISS MOVN DMOV STUP JOGF JOGR HOMF HOMR RHLM RLLM"
)
_SELDOM = tuple(_SELDOM_TEXT.split())
_ALARM = {"SEVR": DBE_VALUE, "STAT": DBE_VALUE | DBE_ALARM, "AMSG": DBE_VALUE | DBE_ALARM, "ACKS": DBE_VALUE}


def mark(record: Record, *names: str) -> None:
    """These fields are to be posted."""
    for name in names:
        field, bit = _BITS[name]
        setattr(record, field, getattr(record, field) | bit)


def unmark(record: Record, name: str) -> None:
    """It is not."""
    field, bit = _BITS[name]
    setattr(record, field, getattr(record, field) & ~bit)


def is_marked(record: Record, name: str) -> bool:
    """Whether it is to be posted."""
    field, bit = _BITS[name]
    return bool(getattr(record, field) & bit)


def change(record: Record, name: str, value: object) -> None:
    """Store and mark a field, when that is news."""
    if getattr(record, name) != value:
        setattr(record, name, value)
        mark(record, name)


def tell(record: Record, name: str, value: object) -> None:
    """Store and post a field at once, when that is news."""
    if getattr(record, name) != value:
        say(record, name, value)


def say(record: Record, name: str, value: object) -> None:
    """Store and post a field at once, news or not."""
    setattr(record, name, value)
    record.post_field(name, CHANGED)


def post_marked(record: Record) -> None:
    """Settle the alarms and post what is marked; an alarm that has changed goes out with all fields."""
    before = {field: getattr(record, field) for field in _ALARM}
    mask = record.settle()
    if mask:
        for field, alarm_mask in _ALARM.items():
            if field == "STAT" or getattr(record, field) != before[field]:
                record.post_field(field, alarm_mask)
    _post_readback(record, mask)
    for name in _OFTEN:
        _post(record, name, mask)
        unmark(record, name)
    if record.MMAP or record.NMAP:
        for name in _SELDOM:
            _post(record, name, mask)
        record.MMAP = record.NMAP = 0
    record.post(0)  # what else has changed is not posted in EPICS; those who show it look


def _post(record: Record, name: str, mask: int) -> None:
    if is_marked(record, name):
        mask |= CHANGED
    if mask:
        record.post_field(name, mask)
        if name in ("HLS", "LLS"):
            record.post_field(_raw_switch(record, name), mask)


def _raw_switch(record: Record, name: str) -> str:
    """The switch of the motor that HLS, or LLS, is."""
    same = grow_with_user(record)
    return "RHLS" if (name == "HLS") == same else "RLLS"


def _post_readback(record: Record, mask: int) -> None:
    """RBV, within MDEL and ADEL."""
    marked = is_marked(record, "RBV")
    unmark(record, "RBV")
    if record.MDEL == 0 and record.ADEL == 0:
        if marked:
            mask |= CHANGED
    elif marked:
        mask |= _beyond(record, "MDEL", "MLST", DBE_VALUE) | _beyond(record, "ADEL", "ALST", DBE_LOG)
    else:
        return
    if mask:
        record.post_field("RBV", mask)


def _beyond(record: Record, deadband: str, last: str, bit: int) -> int:
    """The bit, when RBV is farther than the deadband from what was posted last, or there is no deadband."""
    limit = getattr(record, deadband)
    if limit == 0:
        return bit
    if not abs(getattr(record, last) - record.RBV) > limit:
        return 0
    setattr(record, last, record.RBV)
    return bit
