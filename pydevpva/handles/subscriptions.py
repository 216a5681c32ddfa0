"""Subscriptions: the value of a field now and each change, told to users' code. Database thread, but for `close`.

A callback runs on an evaluator thread, one update at a time; who is slow gets the newest updates.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable

from pydevpva.engine.address import Address
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.failures import Told, raised
from pydevpva.evaluator.handles import Update
from pydevpva.handles.fields import read
from pydevpva.loop import Loop
from pydevpva.records.core.alarm import DBE_ALARM, DBE_VALUE
from pydevpva.records.core.arrays import same
from pydevpva.records.core.record import Record

log = logging.getLogger("pydevpva.python")
QUEUE = 100  # updates that wait for a slow callback; of more the oldest are dropped
Tell = Callable[[Update], object]


class Watching:
    """A sink of a record that tells of one field."""

    def __init__(self, address: Address, loop: Loop, tell: Tell) -> None:
        self._address, self._loop, self._tell = address, loop, tell
        self._last: object = None
        self.closed = False
        self.shows_activity = address.field.name == "PACT"

    def begin(self) -> None:
        """Tell what it is now, and all changes from now on."""
        if not self.closed:
            self._address.record.attach(self)
            self._is_new()
            self._tell(read(self._address))

    def close(self) -> None:
        """No more is told; from any thread."""
        self.closed = True
        self._loop.submit(self._address.record.detach, self)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """As a monitored link: our field was posted, or the record has processed and changed it."""
        name = self._address.field.name
        if self.closed or not mask & (DBE_VALUE | DBE_ALARM) or (field is not None and field != name):
            return
        if not self._is_new() and field is None:  # looked at in any case: a put may post, and then process
            return
        self._tell(read(self._address))

    def _is_new(self) -> bool:
        """Whether a field that is not posted by itself has another value than when this was asked last."""
        if self._address.field.name == "VAL":
            return True
        value, before = self._address.get(), self._last
        self._last = value
        return not same(value, before) or (isinstance(value, float) and math.isnan(value))


class Callbacks:
    """Runs callback(update) on the evaluator, one after the other."""

    def __init__(self, name: str, callback: Tell, evaluator: Evaluator, loop: Loop) -> None:
        self._name, self._callback, self._evaluator, self._loop = name, callback, evaluator, loop
        self._updates: deque[Update] = deque(maxlen=QUEUE)
        self._busy = self._closed = False
        self._told = Told()

    def close(self) -> None:
        """No more is run."""
        self._closed = True

    def tell(self, update: Update) -> None:
        """An update has come; on the database thread."""
        self._updates.append(update)
        if not self._busy:
            self._next()

    def _next(self) -> None:
        self._busy = bool(self._updates) and not self._closed
        if self._busy:
            self._evaluator.submit(self._callback, (self._updates.popleft(),), self._done)

    def _done(self, result: object, error: BaseException | None) -> None:
        """On the evaluator thread."""
        if error is not None:
            told = raised(error, self._told)
            if told.trace:
                log.error("a subscription to %s: %s\n%s", self._name, told, told.trace)
        self._loop.submit(self._next)
