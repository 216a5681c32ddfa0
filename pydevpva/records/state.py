"""state: a string of up to 19 bytes, deprecated by EPICS (EPICS: stateRecord.c). Database thread."""

from __future__ import annotations

import logging

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)


class State(Record, rtype="state"):
    """VAL is posted when it changed; a change of alarm alone posts nothing."""

    __slots__ = ()

    def init_early(self) -> None:
        log.warning("%s: EPICS has deprecated the record type state; use stringin", self.NAME)

    def process(self) -> None:
        self.UDF = 0
        self.PACT = 1
        self.stamp()
        mask = self.settle()
        changed = self.OVAL != self.VAL
        self.OVAL = self.VAL
        self.post(mask | DBE_VALUE | DBE_LOG if changed else 0)
        self.forward()
        self.PACT = 0
