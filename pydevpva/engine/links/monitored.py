"""CA, CP and CPP links inside this IOC (EPICS: dbCa.c). Database thread."""

from __future__ import annotations

import logging
import math

from pydevpva.engine.address import Address
from pydevpva.engine.links.database import RecordLink
from pydevpva.engine.processing import process
from pydevpva.engine.put import Done, Puts
from pydevpva.errors import PutError
from pydevpva.records.core.alarm import DBE_ALARM, DBE_VALUE
from pydevpva.records.core.arrays import same
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value

log = logging.getLogger(__name__)
MOST_WAITING = 36  # puts of one link; in EPICS one: links in a circle must not set off more and more without end


class MonitoredLink(RecordLink):
    """CA, CP and CPP inside the IOC: never processes the target on a read; CP and CPP process the owner on a change.

    Several changes before the owner's turn are one processing, as with EPICS's CA links.
    """

    __slots__ = ("_last", "_puts", "_queued", "_waiting", "always", "watching")
    is_volatile = True

    def __init__(
        self, owner: Record, field: str, text: str, address: Address, mode: str, watching: str, puts: Puts
    ) -> None:
        super().__init__(owner, field, text, address, mode, processing=False)
        self._puts = puts
        self.watching = watching  # "CP", "CPP" or ""
        self._queued = False
        self._waiting: tuple[Value, ...] = ()  # puts that have still to come
        self._last: Value | None = None

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """Sink of the target: queue the owner when our field changed, or for VAL the target's alarm."""
        if not mask & (DBE_VALUE | DBE_ALARM) or (field is not None and field != self._name):
            return
        if field is None and self._name != "VAL" and not self._is_new():
            return
        if not self.address.filters or self.address.event(mask):
            self.trigger()

    @property
    def shows_activity(self) -> bool:
        return self._name == "PACT"

    def _is_new(self) -> bool:
        """Whether the field's value is another than when this was asked last."""
        try:
            value, before = self.address.get(), self._last
        except PutError:  # it has no value that could be read
            return False
        self._last = value
        if isinstance(value, float) and math.isnan(value):
            return True  # C's records compare with !=, and post a NaN each time
        return not same(value, before)

    def start(self) -> None:
        """iocRun, or set later: CP and CPP process their record."""
        self._is_new()
        if self.watching:
            self.target.attach(self)  # not before: what PINI=YES does is seen by what is processed now
        if self.watching and (not self.address.filters or self.address.event(DBE_VALUE | DBE_ALARM)):
            self.trigger()

    @property
    def owner(self) -> Record:
        """The record that has this link."""
        return self._owner

    def trigger(self) -> None:
        """Queue one processing of the owner."""
        if not self._queued:
            self._queued = True
            self._owner.host.submit(self._run)

    def _run(self) -> None:
        host = self._owner.host
        if host.paused:
            host.when_running(self._run)
            return
        self._queued = False
        if self.watching == "CP" or (self.watching == "CPP" and self._owner.SCAN == 0):
            process(self._owner)

    def put(self, value: Value, dbf: str) -> bool:
        """As a client's put: later, and processing as the field asks. Of many, the newest replaces the one before."""
        sent = self._as_sent(value, dbf) if isinstance(value, str) else value
        if len(self._waiting) == MOST_WAITING:
            self._waiting = (*self._waiting[:-1], sent)
        else:
            self._waiting = (*self._waiting, sent)
            self._owner.host.submit(self._put_next)
        return True

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        """As put; done(None or error) when all that the put set off has completed."""
        sent = self._as_sent(value, dbf) if isinstance(value, str) else value
        self._owner.host.submit(self._puts.put_from_outside, self.address, sent, None, True, done)
        return True

    def _put_next(self) -> None:
        value, *rest = self._waiting
        self._waiting = tuple(rest)
        self._put(value)

    def _put(self, value: Value) -> None:
        self._puts.put_from_outside(self.address, value, None, False, self._put_done)

    def _put_done(self, error: str | None) -> None:
        if error is not None:
            log.warning("%s.%s: %s", self._owner.NAME, self.field, error)

    def forward(self) -> None:
        self.put(1, "CHAR") if self._name == "PROC" else super().forward()

    def close(self) -> None:
        if self.watching:
            self.target.detach(self)
            self.watching = ""  # it may be that `start` comes still
