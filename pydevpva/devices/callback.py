"""Async Soft Channel: values by links, waiting until all is done (EPICS: std/dev/dev*SoftCallback.c). Database thread.

As in EPICS an output waits only for links that are made as a client's are, OUT "X CA"; with any other it is as with
Soft Channel. An input processes a passive target and waits for it; of its link's modifiers only MS to MSI count.
"""

from __future__ import annotations

import logging
from typing import cast

from pydevpva.devices.soft import SoftInput, SoftOutput
from pydevpva.engine.links.database import RecordLink
from pydevpva.engine.processing import complete
from pydevpva.records.core.alarm import READ
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value

log = logging.getLogger(__name__)


class AsyncInput(SoftInput, reads="callback"):
    """VAL from INP, after the record there has processed. Only records of this IOC can be waited for."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        if not record.INP.is_constant and not isinstance(record.INP, RecordLink):
            log.error("%s.INP: Async Soft Channel reads records of this IOC only; nothing is read", record.NAME)
        return super().init_record(record)

    def read(self, record: Record) -> int:
        link = record.INP
        if not isinstance(link, RecordLink):
            return 2 if record.raw_type else 0
        if not record.PACT:
            host = record.host
            host.process_and_wait(link.target, lambda error: host.submit(complete, record))
            record.PACT = 1
            return 0
        status = super().read(record)
        if status < 0:
            record.NSTA, record.NAMSG = READ, ""
        return 2 if record.raw_type else min(status, 0)


class AsyncOutput(SoftOutput, writes="callback"):
    """VAL to OUT; the record is through when all that the put set off is."""

    __slots__ = ()

    def write(self, record: Record) -> int:
        if record.PACT:
            return 0
        link = record.OUT
        if not hasattr(link, "put_async"):
            return super().write(record)
        waiting = cast(Link, _Waiting(link, record))  # soft_write asks for a link's put only
        return record.soft_write(waiting)


class _Waiting:
    """A link whose put sets PACT and completes the record when the put has completed."""

    __slots__ = ("_link", "_record", "connected")

    def __init__(self, link: Link, record: Record) -> None:
        self._link, self._record = link, record
        self.connected = link.connected

    def put(self, value: Value, dbf: str) -> bool:
        record = self._record
        begun = bool(self._link.put_async(value, dbf, lambda error: complete(record)))  # type: ignore[attr-defined]
        if begun:
            record.PACT = 1
        return begun
