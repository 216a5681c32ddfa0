"""When and how a record processes (EPICS: dbProcess, processTarget and dbScanPassive). Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_VALUE, DISABLE, INVALID, SCAN, raise_alarm
from pydevpva.records.core.links import NO_LINK
from pydevpva.records.core.record import Record

MAX_LOCK = 10  # tries to process an active record before it gets a SCAN alarm
trace = logging.getLogger("pydevpva.tpro")


class Watch:
    """What of an IOC's processing is watched: TPRO, breakpoints. While nothing is, there is none (Services.watch)."""

    def __init__(self) -> None:
        self.tracing = False  # while a record with TPRO processes: all that it processes are shown too
        self.hold: Callable[[Record], bool] | None = None  # a breakpoint: the record must not process now
        self.processed: Callable[[Record], None] | None = None  # told of each record that has


def process(record: Record) -> int:
    """Process one record unless it is active or disabled (dbProcess); -1 when its device support failed, else 0."""
    watch = record.host.watch
    if record.TPRO and (watch is None or not watch.tracing):
        return _traced(record)
    if watch is not None and watch.hold is not None and watch.hold(record):
        record.not_posted()
        return 0
    if record.PACT:
        _still_active(record)
        return 0
    record.LCNT = 0
    if record.SDIS is not NO_LINK and isinstance(disabled := record.SDIS.get("SHORT"), int):
        record.DISA = disabled
    if record.DISA == record.DISV:
        _disabled(record)
        return 0
    if watch is not None and watch.tracing:
        trace.info("dbProcess of '%s'", record.NAME)
    record.status = 0
    try:
        record.process()
    except Exception:
        _failed(record)
    if watch is not None and watch.processed is not None:
        watch.processed(record)
    if record.active_sinks and (record.PACT or record.PUTF):  # PUTF: its forward link has not been reached
        record.post_activity()
    return record.status


def _traced(record: Record) -> int:
    host = record.host
    watch = host.watch = host.watch or Watch()
    watch.tracing = True
    try:
        return process(record)
    finally:
        watch.tracing = False
        if watch.hold is None:
            host.watch = None


def complete(record: Record) -> None:
    """A record that waited (PACT set) has what it waited for: its process function runs a second time."""
    try:
        record.process()
    except Exception:
        _failed(record)
    if record.active_sinks:
        record.post_activity()


def _failed(record: Record) -> None:
    """A bug of ours: it is said; the IOC and the other records go on."""
    logging.getLogger(__name__).exception("processing %s failed", record.NAME)
    record.PACT = 0
    if record.notify is not None:
        record.notify.completed(record)


def _still_active(record: Record) -> None:
    if record.host.watch is not None and record.host.watch.tracing:
        trace.info("dbProcess of Active '%s' with RPRO=%d", record.NAME, record.RPRO)
    if record.STAT == SCAN:
        return
    record.LCNT += 1
    if record.LCNT <= MAX_LOCK or record.SEVR >= INVALID:
        return
    raise_alarm(record, SCAN, INVALID, "Async in progress")
    record.post(record.settle() | DBE_VALUE | DBE_LOG)


def _disabled(record: Record) -> None:
    if record.host.watch is not None and record.host.watch.tracing:
        trace.info("dbProcess of Disabled '%s'", record.NAME)
    record.RPRO = record.PUTF = 0
    if record.STAT != DISABLE:
        record.SEVR, record.STAT = record.DISS, DISABLE
        record.NSEV = record.NSTA = 0
        record.post(DBE_VALUE | DBE_ALARM)
    else:
        record.not_posted()
    if record.notify is not None:
        record.notify.completed(record)


def process_target(source: Record, target: Record) -> int:
    """Process the far end of a link, handing on PUTF and the waiting put (processTarget).

    `running` marks records on the present call stack: an active target that is not running waits for
    its own completion and is asked to process once more.
    """
    claim_source = not source.running
    claim_target = source is not target and not target.running
    active, source.PACT = source.PACT, 1
    if source.notify is not None:
        source.notify.add(target)
    if not target.PACT:
        target.PUTF = source.PUTF
    elif source.PUTF and claim_target:
        target.PUTF, target.RPRO = 0, 1
    source.running = target.running = True
    try:
        return process(target)
    finally:
        source.PACT = active
        if claim_source:
            source.running = False
        if claim_target:
            target.running = False
