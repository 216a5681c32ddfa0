"""One point of a scan after the other: positioners are looked at, detectors read (sscanRecord.c: initScan, contScan).

Database thread. The record processes once for each part of a point.
"""

from __future__ import annotations

import logging

from pydevpva.records.core.values import to_float32
from pydevpva.records.shared.scan import puts
from pydevpva.records.shared.scan.ending import adds_up, ask, end
from pydevpva.records.shared.scan.names import (
    BEFORE,
    BEFORE_SCAN,
    CHECK_MOTORS,
    DETECTORS,
    INIT_SCAN,
    LINEAR,
    MOVE_MOTORS,
    POSITIONERS,
    READ_DETCTRS,
    READBACKS,
    RECORD_SCALAR_DATA,
    TABLE,
    TRIG_DETCTRS,
    TRIGGERS,
)
from pydevpva.records.shared.scan.positions import (
    NoScan,
    check,
    is_flyer,
    moved,
    origin,
    send_to,
    start,
    used,
)
from pydevpva.records.shared.scan.positions import end as end_position
from pydevpva.records.shared.scan.state import State
from pydevpva.records.shared.scan.told import show_arrays, wants_arrays

log = logging.getLogger(__name__)


def begin(scan: State) -> None:
    """Get all ready for the first point; twice, when a PV is written and waited for before."""
    record = scan.record
    scan.store("CPT", 0)
    scan.repeated = None
    scan.failed = False
    scan.data.taken = tuple(name for name in DETECTORS if scan.links.is_ok(name))
    for name in scan.data.taken:
        scan.data.allocate(name)
    show_arrays(scan)
    try:
        check(scan)
    except NoScan as error:
        scan.tell("XSC", 0)
        scan.tell("EXSC", 0)
        scan.say(str(error))
        scan.tell("ALRT", 1)
        record.status = -1
        return  # the scan goes no further, as long as nobody ends it
    scan.has_flyers = scan.are_flying = False
    for name in used(scan):
        scan.tell(f"{name}DV", moved(start(record, name), getattr(record, f"{name}PP")))
        scan.has_flyers |= is_flyer(record, name)
    if scan.links.is_ok(BEFORE) and record.FAZE == INIT_SCAN:
        scan.tell("FAZE", BEFORE_SCAN)
        scan.say("Before Scan FLNK ...")
    else:
        scan.tell("FAZE", MOVE_MOTORS)
        scan.say("Scanning ...")
    scan.then(puts.send)


def go_on(scan: State) -> None:
    """The next part of the point."""
    record = scan.record
    if record.FAZE in (BEFORE_SCAN, MOVE_MOTORS, TRIG_DETCTRS):
        scan.then(puts.send)  # it was held up by a pause
        return
    if record.FAZE == CHECK_MOTORS:
        if (problem := _astray(scan)) is not None:
            scan.say(f"SCAN Aborted: {problem}")
            scan.failed = True
            log.error("%s: %s; the scan ends", record.NAME, problem)
            end(scan)
            return
        if scan.has_flyers and not scan.are_flying:
            _aim_flyers(scan)
        if any(map(scan.links.is_ok, TRIGGERS)) or (scan.has_flyers and record.CPT == 0):
            scan.tell("FAZE", TRIG_DETCTRS)
            scan.then(puts.send)
            return
        scan.tell("FAZE", READ_DETCTRS)
    if record.FAZE == READ_DETCTRS:
        scan.tell("FAZE", RECORD_SCALAR_DATA)
        ask(scan, [name for name in (*READBACKS, *scan.data.taken) if scan.links.is_ok(name)])
        if scan.getting:
            return
    if record.FAZE == RECORD_SCALAR_DATA:
        _take(scan)


def _astray(scan: State) -> str | None:
    """What is wrong when a positioner is farther from where it was sent than RnDL; below 0 that is in steps."""
    record = scan.record
    for positioner, readback in zip(POSITIONERS, READBACKS, strict=True):
        most = getattr(record, f"{readback}DL")
        if most == 0 or not scan.links.is_ok(readback) or not scan.links.is_ok(positioner):
            continue
        if (position := scan.links[readback].value()) is not None:
            scan.store(f"{readback}CV", position)
        off = abs(getattr(record, f"{positioner}DV") - getattr(record, f"{readback}CV"))
        if most > 0 and off > most:
            return f"{positioner} Error > delta"
        if most < 0 and getattr(record, f"{positioner}SM") != TABLE:
            steps = int(most - 0.5)
            if off > abs(getattr(record, f"{positioner}SI") * steps):
                return f"{positioner} Error > stepsize"
    return None


def _aim_flyers(scan: State) -> None:
    for name in used(scan):
        if is_flyer(scan.record, name):
            send_to(scan, name, end_position(scan.record, name))


def _take(scan: State) -> None:
    """The point's data; then the next point, or the end."""
    record, point = scan.record, scan.record.CPT
    for positioner, readback in zip(POSITIONERS, READBACKS, strict=True):
        position = _position(scan, positioner, readback)
        setattr(record, f"{readback}CV", position)
        scan.data.filled(positioner)[point] = position
    for name in scan.data.taken:
        _take_detector(scan, name, point)
    if record.COPYTO and wants_arrays(scan):
        scan.repeated = point
    scan.store("UDF", 0)
    record.CPT = record.NPTS if record.ACQT else point + 1
    if record.CPT >= record.NPTS:
        end(scan)
        scan.failed = False
        return
    for name in used(scan):
        if not is_flyer(record, name):
            send_to(scan, name, _next(scan, name))
    scan.tell("FAZE", MOVE_MOTORS)
    scan.then(puts.send)


def _position(scan: State, positioner: str, readback: str) -> float:
    """Where the positioner is: as its readback says, the time, or where it was sent; the point's number without one."""
    record, links, point = scan.record, scan.links, scan.record.CPT
    if links.is_ok(readback):
        position = links[readback].value()
        return float(getattr(record, f"{readback}CV") if position is None else position)
    if readback in links.clocks:
        return float((record.host.now() - record.TIME) / 1e9)
    if not links.is_ok(positioner):
        return float(point)
    if not (is_flyer(record, positioner) and scan.are_flying):
        return float(getattr(record, f"{positioner}DV"))
    if getattr(record, f"{positioner}SM") == TABLE:
        return float(getattr(record, f"{positioner}PA")[point])
    if point == 0:
        return start(record, positioner)
    return float(scan.data.filled(positioner)[point - 1] + getattr(record, f"{positioner}SI"))


def _take_detector(scan: State, name: str, point: int) -> None:
    record = scan.record
    value = 0.0
    if scan.links.is_ok(name):
        read = scan.links[name].value("FLOAT")
        value = getattr(record, f"{name}CV") if read is None else read
    if scan.last_points > point and adds_up(scan):
        value = to_float32(value + float(scan.data.last(name)[point]))
    setattr(record, f"{name}CV", value)
    scan.data.filled(name)[point] = value


def _next(scan: State, name: str) -> float:
    """Where a positioner that does not fly goes for the point that CPT is now."""
    record = scan.record
    if getattr(record, f"{name}SM") == LINEAR:
        return float(getattr(record, f"{name}DV") + getattr(record, f"{name}SI"))
    return float(getattr(record, f"{name}PA")[record.CPT]) + origin(record, name)
