"""PutLog: what is told of clients' puts as they begin and end, and who gets to hear of them.

The database thread makes an entry of each and queues it; a thread of the log's own hands it to the outputs. Nothing
there, a full disk or a server that is away, holds up a put: beyond `most_waiting` entries are dropped, and counted.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pydevpva.engine.address import Address
from pydevpva.queues import take
from pydevpva.records.core.values import Sent
from pydevpva.serving.access import AccessRules, Peer
from pydevpva.serving.put_log.entry import Entry
from pydevpva.serving.put_log.value import Logged, logged, refused

log = logging.getLogger(__name__)

MOST_WAITING = 10_000  # entries
NOBODY = Peer("", "")
SECOND = 10**9
CLOSE_SECONDS = 0.2  # that the outputs get at the end
Written = Iterable[tuple[str, Address]]  # the names as the client wrote them, and what they stand for


class Output(Protocol):
    """Takes entries; on the log's thread."""

    def take(self, entry: Entry) -> None:
        """One put is over."""

    def seconds(self) -> float | None:
        """How long until `tick` has something to do; None: nothing waits."""

    def tick(self) -> None:
        """Do it."""

    def close(self, timeout: float) -> None:
        """Write what waits; the end is near."""


@dataclass(slots=True)
class _Begun:
    """A put on its way: who puts, and of each field its name, its address, the value before, whether a rule traps."""

    peer: Peer
    protocol: str
    waited: bool
    fields: list[tuple[str, Address, Logged, bool]]


class PutLog:
    """The log of one IOC. `begin` and `end` on the database thread, all else on any."""

    def __init__(self) -> None:
        self.on = False  # somebody hears of puts
        self.lost = 0
        self.most_waiting = MOST_WAITING
        self.outputs: tuple[Output, ...] = ()
        self._begun: dict[object, _Begun] = {}
        self._entries: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._changes = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, output: Output) -> None:
        """Let it hear of puts from now on."""
        with self._changes:
            self.outputs = (*self.outputs, output)
            self.on = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="put log", daemon=True)
                self._thread.start()

    def waiting(self) -> int:
        """Entries that the outputs have not got yet."""
        return self._entries.qsize()

    def stop(self, timeout: float = 1.0) -> None:
        """Hand over all that waits and close the outputs."""
        self.on = False
        if self._thread is not None:
            self._entries.put(None)
            self._thread.join(timeout)

    # ---- database thread ----

    def begin(
        self, put: object, rules: AccessRules | None, peer: Peer | None, protocol: str, waits: bool, fields: Written
    ) -> None:
        """A put begins, the values are those before; `put` is what `end` is told."""
        who, long_as_characters = peer or NOBODY, protocol == "pva"
        self._begun[put] = _Begun(who, protocol, waits, [
            (name, address, logged(address, long_as_characters), rules is not None
             and rules.traps_write(address.record, address.field, who))
            for name, address in fields
        ])  # fmt: skip

    def end(self, put: object, error: str | None, sent: Sent | None = None) -> None:
        """It is over, or refused; the values are those after. `sent`: what the client sent to its one field."""
        begun = self._begun.pop(put, None)
        if begun is None:
            return
        if self._entries.qsize() >= self.most_waiting:
            self.lost += len(begun.fields)
            return
        in_vain = None if error is None else refused(sent)
        for name, address, old, trapped in begun.fields:
            record = address.record
            now = record.host.now()
            stamp = record.TIME if record.TIME // SECOND >= now // SECOND else now
            new, field = logged(address, begun.protocol == "pva"), (record.NAME, address.field.name)
            entry = Entry(
                stamp, begun.peer, begun.protocol, name, field, old, new, error, begun.waited, trapped, in_vain
            )
            self._entries.put(entry)

    # ---- its thread ----

    def _run(self) -> None:
        while True:
            try:
                entry = take(self._entries, _soonest(self.outputs))
            except queue.Empty:
                _tell_all(output.tick for output in self.outputs)
                continue
            if entry is None:
                break
            outputs = self.outputs  # with those that were added while nothing came
            _tell_all(partial(output.take, entry) for output in outputs)
            _tell_all(output.tick for output in outputs)
        _tell_all(partial(output.close, CLOSE_SECONDS) for output in self.outputs)


def _soonest(outputs: Iterable[Output]) -> float | None:
    return min((seconds for output in outputs if (seconds := output.seconds()) is not None), default=None)


def _tell_all(calls: Iterable[Callable[[], object]]) -> None:
    for call in calls:
        try:
            call()
        except Exception:
            log.exception("internal error in the put log")
