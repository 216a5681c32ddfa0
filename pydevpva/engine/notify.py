"""Puts that complete when all they set off has completed (EPICS: dbNotify.c). Database thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydevpva.engine.processing import process
from pydevpva.errors import PutError
from pydevpva.records.core.record import Record

if TYPE_CHECKING:
    from pydevpva.engine.database import Address, Database
    from pydevpva.records.core.values import Value

Done = Callable[[str | None], None]
CANCELLED = "the put was cancelled before it began"


class PutNotify:
    """One put that waits for the record and the records its processing reached.

    Puts to one record run one after the other: while one owns it (record.notify) the next wait in line.
    `done` is called exactly once, with None or the text of the error.
    """

    __slots__ = ("_database", "_done", "_forced", "_restart", "_waiting", "address", "ended", "value")

    def __init__(self, database: Database, address: Address, value: Value, forced: bool, done: Done) -> None:
        self._database, self.address, self.value, self._forced, self._done = database, address, value, forced, done
        self._waiting: set[Record] = set()
        self._restart = False  # the record is active, or was just now: our put has still to come
        self.ended = False

    def start(self) -> None:
        """Put and process now, or line up behind what the record is busy with."""
        record = self.address.record
        if record.notify is not None:
            self._database.waiting.setdefault(record, OrderedDict())[self] = None
        else:
            self._begin(record)

    def _begin(self, record: Record) -> None:
        if self.ended:
            self._release(record)
        elif record.PACT:
            record.notify, self._restart = self, True
            self._waiting.add(record)
        else:
            self._put(record)

    def _put(self, record: Record) -> None:
        try:
            self._database.store(self.address, self.value)
        except PutError as error:
            self._end(str(error))
            self._release(record)
            return
        if self._database.is_processed_by(self.address, True if self._forced else None):
            self._process(record)
        else:
            record.stored(self.address.field)
            self._end(None)
            self._release(record)

    def _process(self, record: Record) -> None:
        record.PUTF = 1
        record.notify = self
        self._waiting.add(record)
        process(record)
        if record.PACT:
            record.stored(self.address.field)

    def add(self, target: Record) -> None:
        """A record that processing reached through a link: its completion is waited for too.

        One that is active is not processed now, and may be waiting for us.
        """
        if not target.PACT and target.notify is None and not self._restart and target is not self.address.record:
            target.notify = self
            self._waiting.add(target)

    def completed(self, record: Record) -> None:
        """A record we wait for has finished processing."""
        if record not in self._waiting:
            return  # ours until our put comes, and processed by somebody else in between
        self._waiting.discard(record)
        if self._restart:
            self._database.loop.submit(self._restarted)
            return
        if not self._waiting:
            self._end(None)
        self._release(record)

    def _restarted(self) -> None:
        record = self.address.record
        record.notify, self._restart = None, False
        self._begin(record)

    def _release(self, record: Record) -> None:
        """Hand the record to the next put in line."""
        if record.notify is self:
            record.notify = None
        line = self._database.waiting.get(record)
        if not line:
            self._database.waiting.pop(record, None)
        elif record.notify is None:
            following, _ = line.popitem(last=False)
            record.notify, following._restart = following, True
            self._database.loop.submit(following._restarted)

    def _end(self, error: str | None) -> None:
        if not self.ended:
            self.ended = True
            self._database.pending.discard(self)
            self._done(error)

    def cancel(self, reason: str = CANCELLED) -> None:
        """The client is gone or the IOC stops: not begun is dropped, begun runs on without us."""
        if (line := self._database.waiting.get(self.address.record)) is not None:
            line.pop(self, None)
        self._end(reason)


class ProcessNotify(PutNotify):
    """Processing that is waited for, without a put; a record that is scanned is not processed."""

    __slots__ = ()

    def _put(self, record: Record) -> None:
        if record.SCAN == 0:
            self._process(record)
        else:
            self._end(None)
            self._release(record)
