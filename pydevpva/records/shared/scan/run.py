"""What an sscan record does when it processes: one part of its scan (sscanRecord.c: process). Database thread.

    IDLE > INIT_SCAN > (BEFORE_SCAN > BEFORE_SCAN_WAIT >) MOVE_MOTORS
    MOVE_MOTORS > CHECK_MOTORS > TRIG_DETCTRS > READ_DETCTRS > RECORD_SCALAR_DATA > MOVE_MOTORS for the next point
    RECORD_SCALAR_DATA > (RETRACE_MOVE > RETRACE_WAIT >) (AFTER_SCAN_DO > AFTER_SCAN_WAIT >) SCAN_DONE > IDLE

XSC is 1 as long as points are taken, BUSY until all is over; PXSC is XSC at the end of the processing before. Beside
that DSTATE tells what becomes of the data, from UNPACKED to POSTED.
"""

from __future__ import annotations

import logging

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.shared.scan import puts
from pydevpva.records.shared.scan.ending import after, end, pack
from pydevpva.records.shared.scan.names import (
    AFTER_SCAN_DO,
    AFTER_SCAN_WAIT,
    ARRAY_READ_WAIT,
    BEFORE_SCAN_WAIT,
    CHECK_MOTORS,
    IDLE,
    INIT_SCAN,
    PACKED,
    POSTED,
    READ_DETCTRS,
    RECORD_ARRAY_DATA,
    RETRACE_MOVE,
    RETRACE_WAIT,
    SAVE_DATA_WAIT,
    SCAN_DONE,
    SCAN_PENDING,
    UNPACKED,
)
from pydevpva.records.shared.scan.points import begin, go_on
from pydevpva.records.shared.scan.state import State
from pydevpva.records.shared.scan.told import show_arrays, tell

log = logging.getLogger(__name__)
ABANDON = 3  # KILL beyond which data are given up that nobody has saved


def process(scan: State) -> None:
    """Do the next part."""
    keep_points(scan)
    if scan.record.KILL:
        _kill(scan)
    elif _may_go_on(scan) and _go_on(scan):
        tell(scan)
        _finish(scan)
        scan.store("PXSC", scan.record.XSC)
        _settle(scan)
        if not scan.record.XSC and not scan.record.BUSY:
            scan.record.give_up()  # a scan that was ended before it began has no end that a put could wait for


def keep_points(scan: State) -> None:
    """NPTS is at least 1 and at most MPTS."""
    record = scan.record
    if not 1 <= record.NPTS <= record.MPTS:
        scan.tell("NPTS", min(max(record.NPTS, 1), record.MPTS))


def _settle(scan: State) -> None:
    if mask := scan.record.settle():
        scan.record.post(mask)


def _may_go_on(scan: State) -> bool:
    """Whether there is something to do now."""
    record = scan.record
    if record.XSC and (record.PAUS or record.WTNG):
        scan.say("Scan is paused ..." if record.PAUS else "waiting for client ...")
        record.status = -1
        return False
    if scan.found_late:
        scan.found_late = False
        if record.FAZE != SCAN_PENDING:
            return False
    if record.FAZE == SCAN_PENDING:
        if not scan.links.are_ready() or not record.XSC:
            return False
        scan.tell("ALRT", 0)
    if record.BUSY and record.XSC and scan.waits:
        counts = f"{scan.moving}_{scan.triggering}_{scan.preparing}_{scan.getting:02}"
        scan.say(f"Already busy! PTAG_CBs={counts}")
        return False
    return True


def _go_on(scan: State) -> bool:
    """False: all stays as it is, until something that is waited for has come."""
    record = scan.record
    if record.PXSC == 0 and record.XSC == 1:
        return _start(scan)
    if record.PXSC == 1 and record.XSC == 0:
        return _abort(scan)
    if record.FAZE == BEFORE_SCAN_WAIT:
        begin(scan)
    elif record.XSC == 1:
        if not scan.links.outputs_are_there():
            _lose(scan)
        elif record.DSTATE in (SAVE_DATA_WAIT, ARRAY_READ_WAIT, RECORD_ARRAY_DATA):
            end(scan)
        else:
            go_on(scan)
    elif record.BUSY:
        return _round_off(scan)
    return True


def _start(scan: State) -> bool:
    """A new scan."""
    record = scan.record
    if record.BUSY:
        return False
    record.stamp()
    scan.tell("DSTATE", UNPACKED)
    scan.tell("DATA", 0, DBE_VALUE | DBE_LOG)
    scan.clear("WAIT", "WCNT", "WTNG")
    scan.forget()
    scan.tell("FAZE", INIT_SCAN)
    scan.tell("BUSY", 1)
    begin(scan)
    return True


def _abort(scan: State) -> bool:
    """The operator has put 0 to EXSC; what has begun is waited for."""
    record = scan.record
    if scan.waits:
        if record.DSTATE < PACKED:
            pack(scan)
            tell(scan)
        scan.say("Abort: waiting for callback(s)")
        return False
    if not record.SMSG:
        scan.say("Scan aborted by operator")
    scan.clear("WAIT", "WCNT", "WTNG")
    log.warning("%s: the scan is aborted", record.NAME)
    end(scan)
    return True


def _lose(scan: State) -> None:
    """A positioner, a trigger or the like has gone."""
    scan.tell("ALRT", 1)
    scan.say("Lost connection to Control PV")
    scan.tell("EXSC", 0)
    scan.tell("XSC", 0)
    log.error("%s: a PV that the scan writes to has gone; the scan ends", scan.record.NAME)
    end(scan)


def _round_off(scan: State) -> bool:
    """All points are taken; what comes after them."""
    record = scan.record
    if record.DSTATE < PACKED:
        pack(scan)
        if record.DSTATE < PACKED:
            scan.say("waiting for packData")
            return False
    if record.FAZE == RETRACE_WAIT:
        return False
    if record.FAZE == RETRACE_MOVE:
        scan.then(puts.send)  # it was held up by a pause
    elif record.FAZE == AFTER_SCAN_DO:
        after(scan)
    elif record.FAZE in (AFTER_SCAN_WAIT, SCAN_DONE):
        scan.tell("FAZE", SCAN_DONE)
    elif record.FAZE in (READ_DETCTRS, CHECK_MOTORS) and record.DSTATE == PACKED:
        end(scan)
    return True


def _finish(scan: State) -> None:
    """The scan is over, and all that it has set off."""
    record = scan.record
    if record.BUSY and record.FAZE == SCAN_DONE and record.DSTATE == POSTED:
        scan.tell("BUSY", 0)
        scan.tell("FAZE", IDLE)
        scan.say("SCAN Complete")
        record.forward()


# ---- 0 was put again: the scan ends, whatever it waits for ----


def _kill(scan: State) -> None:
    record = scan.record
    scan.clear("WAIT", "WCNT", "WTNG")
    for count, what in (
        (scan.moving, "positioner still active"),
        (scan.triggering, "detector still active"),
        (scan.preparing, "array-read still active"),
        (scan.getting, "outstanding getCallback(s)"),
    ):
        if count:
            scan.say(f"NOTE: {what}")
            break
    scan.tell("ALRT", 0)
    scan.forget()
    if record.DSTATE <= PACKED:
        _give_up_data(scan)
    if record.DSTATE == SAVE_DATA_WAIT:
        return
    scan.tell("BUSY", 0)
    scan.tell("FAZE", IDLE)
    show_arrays(scan)
    record.forward()
    scan.store("PXSC", record.XSC)
    _settle(scan)
    scan.store("KILL", 0)


def _give_up_data(scan: State) -> None:
    """The arrays of this scan become what they are now; those of the last may still have to be saved."""
    record = scan.record
    if record.AWAIT and not scan.client_waits:
        scan.tell("AWAIT", 0)  # we have set it, and it may be that nobody saves data
    if record.DSTATE == ARRAY_READ_WAIT:
        scan.tell("DSTATE", SAVE_DATA_WAIT)
    elif record.DSTATE == SAVE_DATA_WAIT and record.KILL >= ABANDON:
        scan.tell("DSTATE", PACKED)
        scan.tell("AWAIT", 0)
        scan.say("Abandoning unsaved scan data")
        log.error("%s: data that were not saved are given up", record.NAME)
    if record.DSTATE != PACKED:
        pack(scan)
    tell(scan)
