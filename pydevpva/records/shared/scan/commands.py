"""What clients may put to the fields of a scan, and what that does: EXSC, CMND, PAUS, WAIT... (sscanRecord.c: special).

Database thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydevpva.errors import PutError
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.arrays import first
from pydevpva.records.core.values import Sent, to_float32, to_number
from pydevpva.records.shared.scan import positions
from pydevpva.records.shared.scan.names import (
    AFTER_SCAN_DO,
    BEFORE_SCAN_WAIT,
    DETECTORS,
    IDLE,
    NAMED,
    NAMES,
    NORMAL,
    POSITIONERS,
    PREVIEW,
    READBACKS,
    SAVE_DATA_WAIT,
    SCAN_PENDING,
)
from pydevpva.records.shared.scan.setup import Setup
from pydevpva.records.shared.scan.state import SHORT_DELAY, State
from pydevpva.records.shared.scan.told import show_arrays

LOUD = DBE_VALUE | DBE_LOG
TICK, LONGEST = 0.01, 1e9  # seconds: delays are rounded to the one, and are no more than the other
MOST_CLIENTS = 32767  # WCNT is a SHORT
CLEAR_MESSAGE, CHECK_LIMITS, PREVIEW_SCAN = range(3)  # sscanCMND
_CLEARED = {3: NAMED, 4: POSITIONERS, 5: POSITIONERS, 6: POSITIONERS + READBACKS, 7: POSITIONERS + READBACKS}
_RESET = (3, 4, 6)  # that also put modes and freeze flags back
ANY_TIME = frozenset({"EXSC", "PAUS", "WAIT", "AWCT", "AWAIT", "ATIME"})


def refuse(scan: State, field: str) -> None:
    """PutError for what may not be changed now."""
    record = scan.record
    if not record.BUSY:
        return
    in_points = BEFORE_SCAN_WAIT < record.FAZE < AFTER_SCAN_DO
    allowed = field in ANY_TIME or (field == "CMND" and record.CMND == CLEAR_MESSAGE)
    if field in ("ACQM", "ACQT") or field in NAMES or (in_points and not allowed):
        raise PutError(f"{record.NAME}.{field}: not while the scan runs; put 0 to EXSC to end it")


def is_end(value: Sent) -> bool:
    """Whether this, put to EXSC, ends a scan."""
    try:
        return not isinstance(value, dict) and to_number(first(value), "DOUBLE") == 0
    except (ValueError, IndexError):
        return False


def execute(scan: State) -> None:
    """EXSC: start, abort, or end what the first abort has not ended."""
    record = scan.record
    if record.EXSC:
        _start(scan)
    elif record.XSC:
        scan.tell("XSC", 0)
        scan.say("Aborting scan", LOUD)
    elif record.FAZE != IDLE:
        scan.store("KILL", (record.KILL + 1) & 0xFF)
        scan.say(f"Killing scan (kill={record.KILL}/3)", LOUD)
        scan.cancel_delay()
    else:
        scan.say("Scan record is idle", LOUD)


def _start(scan: State) -> None:
    record = scan.record
    scan.store("EXSC", record.EXSC)  # it stays, also if it is refused
    if record.XSC:
        scan.say("Already scanning")
        raise PutError(f"{record.NAME}.EXSC: the scan runs already")
    if record.BUSY:
        what = "saveData" if record.DSTATE == SAVE_DATA_WAIT else "callback"
        scan.say(f"Waiting for {what}", LOUD)
        raise PutError(f"{record.NAME}.EXSC: the last scan has not ended, see SMSG and FAZE; put 0 to end it")
    for name in positions.used(scan):
        scan.links.describe(name)  # its limits may be others
    scan.tell("XSC", 1)
    if scan.links.are_ready():
        scan.tell("ALRT", 0)
    else:
        scan.tell("ALRT", 1)
        scan.say("Waiting for PV's to connect")
        scan.tell("FAZE", SCAN_PENDING)


def found(scan: State) -> None:
    """A PV is there, perhaps the last that a scan waits for."""
    if scan.record.FAZE != SCAN_PENDING or not scan.links.are_ready():
        return
    if scan.record.XSC:
        scan.found_late = True
        scan.again()
    else:
        scan.tell("FAZE", IDLE)
        scan.say("Scan aborted")


def pause(scan: State) -> None:
    """PAUS."""
    record = scan.record
    if record.PAUS != record.LPAU:
        if record.PAUS:
            scan.cancel_delay()
            scan.say("Scan pause asserted")
        else:
            scan.say("Scan pause rescinded")
            _resume(scan)
    scan.store("LPAU", record.PAUS)


def _resume(scan: State) -> None:
    """What would have gone on during the pause does now."""
    record = scan.record
    if scan.waits and record.BUSY:
        return
    if record.WTNG or record.AWAIT:
        scan.say("Waiting for client")
    elif record.RDLY < SHORT_DELAY:
        scan.again()
    else:
        scan.again_after(record.RDLY)


def wait(scan: State) -> None:
    """WAIT: one client more, or one less, has to be waited for at this point."""
    record = scan.record
    if record.WAIT:
        scan.tell("WCNT", min(record.WCNT + 1, MOST_CLIENTS))
        return
    if record.WCNT > 0:
        scan.tell("WCNT", record.WCNT - 1)
    if record.WTNG and record.WCNT == 0:
        scan.tell("WTNG", 0)
        if record.PAUS:
            scan.say("Wait end, but scan is paused ...")
        else:
            scan.say("Scanning ...")
            scan.again()


def data_are_saved(scan: State) -> None:
    """AWAIT: 1 by who saves data, 0 when that is done."""
    record = scan.record
    if record.AWAIT:
        scan.client_waits = True
    elif record.DSTATE == SAVE_DATA_WAIT:
        scan.again()


def command(scan: State, setup: Setup) -> None:
    """CMND."""
    record = scan.record
    if record.CMND == CLEAR_MESSAGE:
        scan.tell("ALRT", 0)
        scan.say("")
    if record.XSC or record.BUSY:
        record.CMND = CLEAR_MESSAGE
    elif record.CMND == CHECK_LIMITS:
        _check(scan)
    elif record.CMND == PREVIEW_SCAN:
        scan.tell("FAZE", PREVIEW)
        positions.preview(scan)
        show_arrays(scan)
        positions.tell_preview(scan)
    elif record.CMND in _CLEARED:
        if record.CMND in _RESET:
            _reset(scan, setup)
        for name in _CLEARED[record.CMND]:
            scan.links.clear(name)


def _check(scan: State) -> None:
    record = scan.record
    alert, record.ALRT = record.ALRT, 0
    try:
        positions.check(scan)
    except positions.NoScan as error:
        record.ALRT = 1
        scan.say(str(error))
    else:
        scan.say("SCAN Values within limits")
    if record.ALRT != alert:
        scan.tell("ALRT", record.ALRT)


def _reset(scan: State, setup: Setup) -> None:
    """All linear and absolute, nothing frozen, no periodic scan."""
    record = scan.record
    record.host.scan_delete(record)
    scan.tell("SCAN", 0)
    record.host.scan_add(record)
    setup.thaw()
    for name in POSITIONERS:
        scan.tell(f"{name}SM", 0)
        scan.tell(f"{name}AR", 0)
    scan.tell("PASM", 0)
    scan.tell("FFO", 0)


def _delay(field: str) -> Callable[[State], None]:
    def round_off(scan: State) -> None:
        ticks = int(min(max(0.0, getattr(scan.record, field)), LONGEST) / TICK + 0.5)
        scan.tell(field, to_float32(ticks * TICK))

    return round_off


def _at_least_0(scan: State) -> None:
    if scan.record.AWCT < 0:
        scan.tell("AWCT", 0)


def _forget_mode(scan: State) -> None:
    scan.last_mode = NORMAL


def _a_detector(scan: State) -> None:
    number = min(max(scan.record.REFD, 1), len(DETECTORS))
    if number != scan.record.REFD:
        scan.tell("REFD", number)


PUT: Mapping[str, Callable[[State], None]] = {
    "EXSC": execute, "PAUS": pause, "WAIT": wait, "AWAIT": data_are_saved, "AWCT": _at_least_0, "ACQM": _forget_mode,
    "REFD": _a_detector, "PDLY": _delay("PDLY"), "DDLY": _delay("DDLY"), "RDLY": _delay("RDLY"),
}  # what a put to the field does  # fmt: skip
