"""permissive: two numbers for a client and a server to talk by (EPICS: permissiveRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.record import Record


class Permissive(Record, rtype="permissive"):
    """VAL and WFLG are posted when they changed; a change of alarm alone posts nothing."""

    __slots__ = ()

    def process(self) -> None:
        self.PACT = 1
        self.UDF = 0
        self.stamp()
        mask = self.settle()
        changed = self.OVAL != self.VAL
        self.OVAL, self.OFLG = self.VAL, self.WFLG
        self.post(mask | DBE_VALUE | DBE_LOG if changed else 0)
        self.forward()
        self.PACT = 0
