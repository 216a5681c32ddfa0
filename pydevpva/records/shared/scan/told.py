"""What clients are told of a scan, and when (sscanRecord.c: checkMonitors). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.shared.scan.data import FIRST, LAST_FIELD
from pydevpva.records.shared.scan.names import DETECTORS, PACKED, POSITIONERS, POSTED, PREVIEW, READBACKS
from pydevpva.records.shared.scan.positions import used
from pydevpva.records.shared.scan.state import State

OFTEN = 50_000_000  # ns: values are posted no oftener
SHORTEST_ATIME = 0.1  # seconds; below, arrays are posted at the end alone
_VALUES = (
    *((f"{name}CV", f"{name}LV") for name in DETECTORS),
    *((f"{name}DV", f"{name}LV") for name in POSITIONERS),
    *((f"{name}CV", f"{name}LV") for name in READBACKS),
)  # a field, and what of it was posted last


def tell(scan: State) -> None:
    """Post what has changed: values now and then, arrays every ATIME seconds, all of it when the data are complete."""
    record = scan.record
    if record.DSTATE == POSTED:
        return
    now, ends = record.host.now(), record.PXSC == 1 and record.XSC == 0
    if ends or now - scan.posted > OFTEN:
        scan.posted = now
        _tell_values(scan)
    elif record.sinks:
        scan.look_after(OFTEN / 1e9, _look)
    if record.DSTATE == PACKED:
        _tell_end(scan)
    elif wants_arrays(scan) and (ends or now - scan.arrays_posted > record.ATIME * 1e9):
        scan.arrays_posted = now
        tell_arrays(scan, DBE_VALUE)


def _look(scan: State) -> None:
    """What has not been posted: a get is answered with what it is, where others are answered with the last post."""
    for field, last in _VALUES:
        if getattr(scan.record, field) != getattr(scan.record, last):
            scan.record.post_field(field, 0)
    scan.record.post_field("CPT", 0)


def wants_arrays(scan: State) -> bool:
    """Whether arrays are posted while the scan runs."""
    return bool(scan.record.ATIME >= SHORTEST_ATIME)


def _tell_values(scan: State) -> None:
    record = scan.record
    for field, last in _VALUES:
        value = getattr(record, field)
        if abs(getattr(record, last) - value) > 0:
            record.post_field(field, DBE_VALUE)
            scan.store(last, value)
    if record.PCPT != record.CPT:
        record.post_field("CPT", DBE_VALUE)
        scan.store("PCPT", record.CPT)
        if record.CPT:
            record.post_field("VAL", DBE_VALUE)


def _tell_end(scan: State) -> None:
    """The arrays are those of this scan."""
    record = scan.record
    scan.tell("DSTATE", POSTED)
    tell_arrays(scan, DBE_VALUE | DBE_LOG)
    if scan.failed:
        scan.tell("ALRT", 1)
    if record.XSC != record.PXSC:
        record.post_field("XSC", DBE_VALUE)
    if record.EXSC != record.XSC:
        scan.tell("EXSC", record.XSC)
    scan.tell("BCPT", record.CPT)
    scan.tell("DATA", 1, DBE_VALUE | DBE_LOG)
    if record.AAWAIT:
        scan.tell("AWAIT", 1)


def show_arrays(scan: State) -> None:
    """Which arrays the fields have has changed."""
    record = scan.record
    for field, array in scan.data.fields(record.DSTATE >= PACKED, record.FAZE == PREVIEW):
        if getattr(record, field) is not array:
            scan.store(field, array)


def repeat_last(scan: State, point: int, up_to: int) -> None:
    """All arrays go on with that point's element; of the positioners those up to the last that has a PV."""
    names = used(scan)
    last = POSITIONERS.index(names[-1]) if names else 0
    scan.data.repeat(max(0, point), (*POSITIONERS[: last + 1], *scan.data.taken), up_to)


def make_whole(scan: State) -> None:
    """Do what COPYTO asks for when arrays are looked at: at each point it would take longer the larger they are."""
    if scan.repeated is not None:
        repeat_last(scan, scan.repeated, scan.record.COPYTO)
        scan.repeated = None


def tell_arrays(scan: State, mask: int) -> None:
    """Post those of the positioners and of the detectors of the scan, and those that are zeros."""
    if not scan.record.sinks:
        return
    make_whole(scan)
    names = [name for name in LAST_FIELD if name in POSITIONERS or name in scan.data.taken or name not in FIRST]
    for name in names:
        scan.record.post_field(f"{name}{LAST_FIELD[name]}", mask)
        scan.record.post_field(f"{name}CA", mask)
