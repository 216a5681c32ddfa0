"""Put: one put from outside, from its beginning to its one answer; and all puts of the IOC. Database thread.

    begin -> store -> process -> answered

Without `wait` the answer comes when the record has processed as far as that goes at once. With it the answer comes when
the record and all that its processing reached have completed (EPICS: dbNotify.c), and puts to one record run one after
the other: while one owns the record (record.notify) the next wait in line.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable

from pydevpva.db.dbf import LINKS
from pydevpva.engine.address import Address
from pydevpva.engine.processing import process
from pydevpva.errors import PutError
from pydevpva.loop import Loop, door
from pydevpva.records.core.alarm import failure
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Sent

log = logging.getLogger(__name__)
Done = Callable[[str | None], object]
CANCELLED = "the put was cancelled before it began"


class Puts:
    """The puts of one IOC that are not answered yet."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.waiting: dict[Record, OrderedDict[Put, None]] = {}  # in line behind the put that owns a record
        self.pending: set[Put] = set()  # that wait for what they set off

    @door(lambda puts: puts.loop)
    def put(self, address: Address, value: Sent, process_it: bool | None, wait: bool, done: Done) -> Put:
        """Put, and call done(None or error) once. Returns what `cancel` may be called on.

        process_it None: processes when the field is pp and the record Passive.
        """
        made = PlainPut(self, address, value, process_it, wait, done)
        made.start()
        return made

    def put_from_outside(
        self, address: Address, value: Sent, process_it: bool | None, wait: bool, done: Done
    ) -> Put | None:
        """As put, of a link of another record, which may not change what becomes Python."""
        try:
            check_code(address, value)
        except PutError as error:
            done(str(error))
            return None
        return self.put(address, value, process_it, wait, done)

    def process(self, record: Record, done: Done) -> None:
        """Process a passive record; done(None) when it and all that its processing set off has completed."""
        Processing(self, Address(record, record.find_field("PROC")), 1, None, True, done).start()


def put_now(address: Address, value: Sent, process_it: bool | None = None) -> None:
    """Store and process without waiting (dbPutField). PutError when refused."""
    store(address, value)
    record, failed = address.record, 0
    if not is_processed(address, process_it):
        record.stored(address.field)
        return
    if record.PACT:
        record.RPRO = 1
        if address.field.name == "VAL":
            record.overwritten = True
        record.post_activity()
    else:
        record.PUTF = 1
        failed = process(record)
    if record.PACT:
        record.stored(address.field)
    if failed:
        raise PutError(f"{record.NAME}: processed, but {record.trouble() or failure(record)}")


def store(address: Address, value: Sent) -> None:
    """Store unless puts to the record are disabled."""
    record = address.record
    if record.DISP and address.field.name != "DISP":
        raise PutError(f"{record.NAME}.{address.field.name}: puts are disabled (DISP=1)")
    address.put(value)


def check_code(address: Address, value: Sent) -> None:
    """PutError where a client or another record would change Python."""
    record, field = address.record, address.field
    if address.may_be_code and not record.host.code_puts and (reason := record.closed(field, value)):
        raise PutError(f"{record.NAME}.{field.name}: {reason}")


def is_processed(address: Address, process_it: bool | None) -> bool:
    """Whether a put to this field processes the record."""
    field = address.field
    if field.name == "PROC" or process_it:
        return True
    return process_it is None and field.pp and address.record.SCAN == 0 and field.type not in LINKS


class Put:
    """One put; whoever makes it says in `answer` how it is answered. `start` begins it."""

    __slots__ = ("_failed", "_process_it", "_puts", "_reached", "_restart", "_wait", "address", "ended", "value")

    def __init__(self, puts: Puts, address: Address, value: Sent, process_it: bool | None, wait: bool) -> None:
        self._puts, self.address, self.value = puts, address, value
        self._process_it, self._wait = process_it, wait
        self._reached: set[Record] | None = None  # records whose completion is waited for
        self._restart = False  # the record is active, or was just now: our put has still to come
        self._failed: str | None = None  # what code raised that it set off, where puts are told
        self.ended = False

    def start(self) -> None:
        """Put and process now, or line up behind what the record is busy with."""
        record, field = self.address.record, self.address.field
        if (
            not self._wait
            or self._process_it is False
            or field.type in LINKS
            or (field.name in record.immediate and record.is_at_once(field.name, self.value))
        ):
            self._at_once()
            return
        self._puts.pending.add(self)
        if record.notify is not None:
            self._puts.waiting.setdefault(record, OrderedDict())[self] = None
        else:
            self._begin(record)

    def _at_once(self) -> None:
        try:
            put_now(self.address, self.value, self._process_it)
        except PutError as error:
            self.end(str(error))
        except Exception as error:
            name = f"{self.address.record.NAME}.{self.address.field.name}"
            log.exception("put to %s failed", name)
            self.end(f"{name}: internal error: {error}")
        else:
            self.end(None)

    # ---- a put that waits ----

    def _begin(self, record: Record) -> None:
        if self.ended:
            self._release(record)
        elif record.PACT:
            record.notify, self._restart = self, True
            self._reached = {record}
        else:
            self._put(record)

    def _put(self, record: Record) -> None:
        address = self.address
        try:
            if record.DISP:
                store(address, self.value)
            else:
                address.put(self.value)
        except PutError as error:
            self._give_up(record, str(error))
            return
        if not is_processed(address, self._process_it):
            record.stored(address.field)
            self._give_up(record, None)
            return
        record.PUTF = 1
        record.notify = self
        self._reached = {record}
        failed = process(record)
        if record.PACT:
            record.stored(address.field)
        elif failed and record.gave_up():
            self._give_up(record, f"{record.NAME}: processed, but {record.trouble()}")

    def _give_up(self, record: Record, error: str | None) -> None:
        """There is nothing to wait for."""
        self.end(error)
        self._release(record)

    def add(self, target: Record) -> None:
        """A record that processing reached through a link: its completion is waited for too.

        One that is active is not processed now, and may be waiting for us.
        """
        if not target.PACT and target.notify is None and not self._restart and target is not self.address.record:
            target.notify = self
            if self._reached is not None:
                self._reached.add(target)

    def completed(self, record: Record) -> None:
        """A record we wait for has finished processing."""
        reached = self._reached
        if reached is None or record not in reached:
            return  # ours until our put comes, and processed by somebody else in between
        reached.discard(record)
        if self._restart:
            self._puts.loop.add(self._restarted)
            return
        self._release(record)
        if not reached:
            self.end(self._failed)

    def failed(self, error: str) -> None:
        """Code that this put has set off has raised; the first error is what it is answered with."""
        if not self._restart and self._failed is None:
            self._failed = error

    def _restarted(self) -> None:
        record = self.address.record
        record.notify, self._restart = None, False
        self._begin(record)

    def _release(self, record: Record) -> None:
        """Hand the record to the next put in line."""
        if record.notify is self:
            record.notify = None
        waiting = self._puts.waiting
        line = waiting.get(record)
        if not line:
            waiting.pop(record, None)
        elif record.notify is None:
            following, _ = line.popitem(last=False)
            record.notify, following._restart = following, True
            self._puts.loop.add(following._restarted)

    def active(self) -> list[Record]:
        """The active records that its end waits for."""
        return [record for record in self._reached or {self.address.record} if record.PACT]

    # ---- its end ----

    def end(self, error: str | None) -> None:
        """Answer, the first time this is called."""
        if not self.ended:
            self.ended = True
            self._puts.pending.discard(self)
            self.answer(error)

    def answer(self, error: str | None) -> None:
        """Tell whoever put; called exactly once, with None or the text of the error."""
        raise NotImplementedError

    def cancel(self, reason: str = CANCELLED) -> None:
        """The client is gone or the IOC stops: not begun is dropped, begun runs on without us.

        Puts in line behind it have their turn: what it waited for may never complete, as with a busy that stays 1.
        """
        if (line := self._puts.waiting.get(self.address.record)) is not None:
            line.pop(self, None)
        self.end(reason)
        reached, self._reached = self._reached or (), None
        for record in tuple(reached):
            self._release(record)


class PlainPut(Put):
    """A put of the shell or of a link: `done` is told."""

    __slots__ = ("_done",)

    def __init__(
        self, puts: Puts, address: Address, value: Sent, process_it: bool | None, wait: bool, done: Done
    ) -> None:
        super().__init__(puts, address, value, process_it, wait)
        self._done = done

    def answer(self, error: str | None) -> None:
        self._done(error)


class Processing(PlainPut):
    """Processing that is waited for, without a put; a record that is scanned is not processed."""

    __slots__ = ()

    def _put(self, record: Record) -> None:
        if record.SCAN != 0:
            self._give_up(record, None)
            return
        record.PUTF = 1
        record.notify = self
        self._reached = {record}
        process(record)
