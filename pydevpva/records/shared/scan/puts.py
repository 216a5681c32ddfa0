"""What a scan sends: to positioners, triggers, and the PVs before and after it (sscanRecord.c: doPuts, notifyCallback).

Each function is a turn of its own on the database thread. A put that is waited for ends in one of the `..._over`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from pydevpva.records.core.links import NamedLink
from pydevpva.records.shared.scan.names import (
    AFTER,
    AFTER_SCAN_DO,
    AFTER_SCAN_WAIT,
    ARRAY_READ_WAIT,
    ARRAYS_READY,
    BEFORE,
    BEFORE_SCAN,
    BEFORE_SCAN_WAIT,
    CHECK_MOTORS,
    IDLE,
    MOVE_MOTORS,
    READ_DETCTRS,
    RETRACE_MOVE,
    RETRACE_WAIT,
    SAVE_DATA_WAIT,
    SCAN_DONE,
    TO_CENTRE,
    TO_PEAK,
    TO_START,
    TRIG_ARRAY_READ,
    TRIG_DETCTRS,
    TRIGGERS,
    WAIT_FOR_IT,
)
from pydevpva.records.shared.scan.positions import is_flyer, send_to, start, used
from pydevpva.records.shared.scan.state import SHORT_DELAY, State

log = logging.getLogger(__name__)
BUSY = 1  # ALRT when an output is still busy with an earlier put


def send(scan: State) -> None:
    """Do what the scan is at."""
    record = scan.record
    scan.sends = False
    if scan.is_paused():
        return
    if record.DSTATE == TRIG_ARRAY_READ:
        _prepare_arrays(scan)
    elif record.FAZE == BEFORE_SCAN:
        _before(scan)
    elif record.FAZE == MOVE_MOTORS:
        _move(scan)
    elif record.FAZE == TRIG_DETCTRS:
        _trigger(scan)
    elif record.FAZE == RETRACE_MOVE:
        _retrace(scan)
    elif record.FAZE == AFTER_SCAN_DO:
        _after(scan)


# ---- puts that are waited for ----


def _put(scan: State, name: str, value: float, dbf: str, over: Callable[[State], None]) -> str:
    """Begin a put; over(scan) when all that it set off has completed. "": it has begun, else what is wrong."""
    link = scan.links[name]
    if link in scan.links.waited:
        return "busy"
    if not link.put_async(value, dbf, partial(_ended, scan, scan.number, name, link, over)):
        return "not there"
    scan.links.waited.add(link)
    return ""


def _ended(
    scan: State, number: int, name: str, link: NamedLink, over: Callable[[State], None], error: str | None
) -> None:
    if link not in scan.links.waited:
        return  # the field names another PV now
    scan.links.waited.discard(link)
    record = scan.record
    if record.FAZE == IDLE:
        scan.say("callback while scan record is idle")
        return
    if number != scan.number:
        return  # of a scan that was given up
    if error is not None:
        log.error("%s.%sPV: %s; the scan ends", record.NAME, name, error)
        scan.tell("XSC", 0)
        scan.tell("EXSC", 0)
        scan.say("Scan aborted by notifyCallback")
        scan.tell("ALRT", 1)
    over(scan)


def _moved(scan: State) -> None:
    """A positioner has arrived, or what comes before or after the scan is done."""
    scan.moving -= 1
    record = scan.record
    if scan.moving or scan.is_paused():
        return
    if record.FAZE == RETRACE_WAIT:
        scan.tell("FAZE", AFTER_SCAN_DO)
    elif record.FAZE == AFTER_SCAN_WAIT:
        scan.store("FAZE", SCAN_DONE)
    elif record.FAZE == CHECK_MOTORS and record.PDLY:
        scan.again_after(record.PDLY)
        return
    scan.again()


def _triggered(scan: State) -> None:
    """Detectors have finished."""
    scan.triggering -= 1
    if not scan.triggering and not scan.is_paused():
        _settle(scan)


def _settle(scan: State) -> None:
    """Go on after DDLY seconds, when no client is to be waited for."""
    if scan.record.DDLY >= SHORT_DELAY:
        scan.again_after(scan.record.DDLY)
    elif not scan.client_is_waited_for():
        scan.again()


def _prepared(scan: State) -> None:
    """Arrays are there to be read."""
    scan.preparing -= 1
    if not scan.preparing and not scan.is_paused():
        scan.again()


# ---- what is sent ----


def _prepare_arrays(scan: State) -> None:
    scan.tell("DSTATE", ARRAY_READ_WAIT)
    if not scan.links.is_ok(ARRAYS_READY):
        return
    problem = _put(scan, ARRAYS_READY, scan.record.A1CD, "FLOAT", _prepared)
    if not problem:
        scan.preparing += 1
    elif problem == "busy":
        scan.tell("ALRT", BUSY)
        scan.say("Array-read trigger 1 is busy")


def _before(scan: State) -> None:
    record = scan.record
    if scan.links.is_ok(BEFORE):
        if record.BSWAIT == WAIT_FOR_IT:
            scan.tell("FAZE", BEFORE_SCAN_WAIT)
            problem = _put(scan, BEFORE, record.BSCD, "FLOAT", _moved)
            if not problem:
                scan.moving += 1
                return
            if problem == "busy":
                scan.tell("ALRT", BUSY)
                scan.say("Before-scan link is busy")
        else:
            scan.links[BEFORE].put(record.BSCD, "FLOAT")
    scan.store("FAZE", MOVE_MOTORS)
    _move(scan)


def _move(scan: State) -> None:
    """Positioners go to their next positions; those that fly are sent to their first here."""
    record = scan.record
    for i, name in enumerate(used(scan)):
        if is_flyer(record, name) and record.CPT:
            continue
        scan.store("FAZE", CHECK_MOTORS)
        problem = _put(scan, name, getattr(record, f"{name}DV"), "DOUBLE", _moved)
        if not problem:
            scan.moving += 1
        elif problem == "busy":
            scan.tell("ALRT", BUSY)
            scan.say(f"Positioner {i} is already busy")
    if scan.moving:
        scan.tell("FAZE", record.FAZE)
    else:
        _trigger(scan)


def _trigger(scan: State) -> None:
    record = scan.record
    scan.tell("FAZE", READ_DETCTRS)
    if record.AWCT:
        scan.tell("WCNT", record.AWCT)
    if record.CPT == 0:
        _launch(scan)
    triggers = [name for name in TRIGGERS if scan.links.is_ok(name)]
    if not triggers:
        if record.DDLY == 0:
            scan.again()
        else:
            scan.again_after(record.DDLY)
        return
    for name in triggers:
        if _put(scan, name, getattr(record, f"{name}CD"), "FLOAT", _triggered):
            scan.tell("ALRT", BUSY)
            scan.say(f"Detector {name[1]} is busy")
        else:
            scan.triggering += 1
    if not scan.triggering and not scan.is_paused():
        _settle(scan)


def _launch(scan: State) -> None:
    """Positioners that fly set out for their end, and nobody waits for them."""
    record = scan.record
    for name in used(scan):
        if is_flyer(record, name):
            scan.links[name].put(getattr(record, f"{name}DV"), "DOUBLE")
            scan.are_flying = True


def _retrace(scan: State) -> None:
    """Positioners go where PASM says."""
    record = scan.record
    for i, name in enumerate(used(scan)):
        position = getattr(record, f"{name}DV")  # what was found in the data
        if record.PASM == TO_START:
            position = start(record, name)
        elif not TO_PEAK <= record.PASM <= TO_CENTRE:
            position = getattr(record, f"{name}PP")
        send_to(scan, name, position)
        scan.tell("FAZE", RETRACE_WAIT)
        if _put(scan, name, getattr(record, f"{name}DV"), "DOUBLE", _moved):
            scan.tell("ALRT", 1)
            scan.say(f"Can't retrace positioner {i}")
        else:
            scan.moving += 1
    if not scan.moving:
        scan.tell("FAZE", AFTER_SCAN_DO)
        _after(scan)


def _after(scan: State) -> None:
    record = scan.record
    if record.DSTATE < SAVE_DATA_WAIT:
        return
    if scan.links.is_ok(AFTER):
        if record.ASWAIT == WAIT_FOR_IT:
            scan.tell("FAZE", AFTER_SCAN_WAIT)
            if not _put(scan, AFTER, record.ASCD, "FLOAT", _moved):
                scan.moving += 1
                return
            scan.tell("ALRT", 1)
            scan.say("Can't fire After-scan link")
        else:
            scan.links[AFTER].put(record.ASCD, "FLOAT")
    scan.store("FAZE", SCAN_DONE)
    scan.again()
