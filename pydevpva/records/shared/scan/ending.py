"""The end of a scan: arrays are read, data made ready, a feature looked for, positioners sent back.

Database thread. Follows sscanRecord.c: packData, readArrays, endScan, afterScan.
"""

from __future__ import annotations

import numpy as np

from pydevpva.records.core.values import Numbers
from pydevpva.records.shared.scan import found, puts
from pydevpva.records.shared.scan.names import (
    ACCUMULATE,
    ADD_TO_PREVIOUS,
    AFTER,
    AFTER_SCAN_DO,
    ARRAY_GET_WAIT,
    ARRAY_READ_WAIT,
    ARRAYS_READY,
    PACKED,
    POSITIONERS,
    READBACKS,
    RECORD_ARRAY_DATA,
    RETRACE_MOVE,
    SAVE_DATA_WAIT,
    SCAN_DONE,
    TO_CENTRE,
    TO_PEAK,
    TRIG_ARRAY_READ,
    UNPACKED,
)
from pydevpva.records.shared.scan.positions import used
from pydevpva.records.shared.scan.state import State
from pydevpva.records.shared.scan.told import repeat_last, show_arrays


def end(scan: State) -> None:
    """No more points. Comes again as long as the data are not ready."""
    record = scan.record
    if record.DSTATE < PACKED:
        pack(scan)
    if record.DSTATE < PACKED:
        return
    scan.store("XSC", 0)
    if record.PASM and used(scan):
        scan.tell("FAZE", RETRACE_MOVE)
        scan.then(puts.send)
    else:
        after(scan)


def after(scan: State) -> None:
    """What comes after the scan."""
    if scan.links.is_ok(AFTER):
        scan.tell("FAZE", AFTER_SCAN_DO)
        scan.then(puts.send)
    else:
        scan.tell("FAZE", SCAN_DONE)


def pack(scan: State) -> None:
    """Make the data of this scan those that clients see; later, when arrays are still to come or data to be saved."""
    record = scan.record
    if record.DSTATE == TRIG_ARRAY_READ and not record.KILL:
        scan.then(puts.send)  # it was held up by a pause
        return
    if record.DSTATE == UNPACKED:
        if scan.links.is_ok(ARRAYS_READY):
            scan.tell("DSTATE", TRIG_ARRAY_READ)
            scan.then(puts.send)
            return
        scan.store("DSTATE", ARRAY_READ_WAIT)
    if record.DSTATE in (ARRAY_READ_WAIT, RECORD_ARRAY_DATA):
        if not _arrays_are_read(scan):
            return
        if record.AWAIT:
            scan.tell("DSTATE", SAVE_DATA_WAIT)
            return
    if record.DSTATE == SAVE_DATA_WAIT and record.AWAIT:
        return
    scan.tell("DSTATE", PACKED)
    scan.repeated = None
    repeat_last(scan, record.CPT - 1, -1)
    if record.PASM >= TO_PEAK:
        _look_for_feature(scan)
    scan.data.switch()
    show_arrays(scan)
    scan.last_mode, scan.last_points = record.ACQM, record.CPT


# ---- arrays ----


def _arrays_are_read(scan: State) -> bool:
    """Read what has more than one element; False: another IOC has been asked for it."""
    record, links = scan.record, scan.links
    readbacks = [name for name in READBACKS if links.elements.get(name, 0) > 1]
    detectors = [name for name in scan.data.taken if links.elements.get(name, 0) > 1]
    if record.DSTATE == ARRAY_READ_WAIT:
        ask(scan, [name for name in (*readbacks, *detectors) if links.is_ok(name)])
        if scan.getting:
            scan.store("DSTATE", ARRAY_GET_WAIT)
            return False
        scan.store("DSTATE", RECORD_ARRAY_DATA)
    for name, positioner in zip(READBACKS, POSITIONERS, strict=True):
        if name in readbacks or record.ACQT:
            _read_positions(scan, name, positioner)
    for name in detectors:
        _read_detector(scan, name)
    scan.store("UDF", 0)
    if record.ACQT:
        scan.store("CPT", record.NPTS)
    return True


def ask(scan: State, names: list[str]) -> None:
    """Get the values of other IOCs as they are now; the record processes when they are there."""
    for name in names:
        if scan.links[name].refresh(_Asked(scan)):
            scan.getting += 1


class _Asked:
    """A value of another IOC that is waited for."""

    def __init__(self, scan: State) -> None:
        self._scan, self._number = scan, scan.number

    def __call__(self) -> None:
        scan = self._scan
        if self._number != scan.number:
            return
        scan.getting -= 1
        if scan.getting or scan.is_paused():
            return
        if scan.record.DSTATE == ARRAY_GET_WAIT:
            scan.store("DSTATE", RECORD_ARRAY_DATA)
        scan.again()


def _array(scan: State, name: str, dbf: str) -> Numbers:
    """NPTS elements, zeros where there are none."""
    count = scan.record.NPTS
    read = scan.links[name].array(dbf, count) if scan.links.is_ok(name) else None
    values = np.zeros(count, "f8" if dbf == "DOUBLE" else "f4")
    if read is not None:
        values[: len(read)] = read
    return values


def _read_positions(scan: State, readback: str, positioner: str) -> None:
    record, count = scan.record, scan.record.NPTS
    if scan.links.elements.get(readback, 0) > 1 and scan.links.is_ok(readback):
        values = _array(scan, readback, "DOUBLE")
    else:
        values = getattr(record, f"{positioner}SP") + np.arange(count) * getattr(record, f"{positioner}SI")
    scan.data.filled(positioner)[:count] = values


@np.errstate(all="ignore")
def _read_detector(scan: State, name: str) -> None:
    count = scan.record.NPTS
    values = _array(scan, name, "FLOAT")
    if adds_up(scan):
        values = values + scan.data.last(name)[:count]
    scan.data.filled(name)[:count] = values


def adds_up(scan: State) -> bool:
    """Whether data are added to those of the last scan."""
    mode = scan.record.ACQM
    return bool(mode == ADD_TO_PREVIOUS or (mode == ACCUMULATE and scan.last_mode == ACCUMULATE))


# ---- what the positioners go to ----


def _look_for_feature(scan: State) -> None:
    """PnDV become the positions of what PASM asks for, in the data of detector REFD."""
    record, data = scan.record, scan.data
    label, count, names = _label(scan), record.CPT, used(scan)
    detector = f"D{record.REFD:02}"
    if not names or count <= 1 or detector not in data.taken:
        scan.say(f"Can't move to {label} ")
        scan.tell("ALRT", 1)
        return
    values = found.smooth(data.filled(detector)[:count])
    places: dict[str, float | None] = {}
    if record.PASM == TO_CENTRE:
        places = {name: found.centre(values, data.filled(name)[:count]) for name in names}
    elif record.PASM < TO_CENTRE:
        point = found.feature(record.PASM, values, data.filled(names[0])[:count])
        up_to = POSITIONERS[: POSITIONERS.index(names[-1]) + 1]
        places = {name: None if point is None else float(data.filled(name)[point]) for name in up_to}
    for name, place in places.items():
        scan.store(f"{name}DV", getattr(record, f"{name}PP") if place is None else place)
    if any(place is not None for place in places.values()):
        scan.say(f"{label} found.")
    else:
        scan.say(f"{label} NOT found.")
        scan.tell("ALRT", 1)


def _label(scan: State) -> str:
    labels, mode = scan.record.choices("PASM"), scan.record.PASM
    return labels[mode] if mode < len(labels) else str(mode)
