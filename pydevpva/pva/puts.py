"""ClientPut: one put of a network client, from the pvxs thread to its one answer. See each method for its thread."""

from __future__ import annotations

import functools
import logging
from collections import deque
from typing import TYPE_CHECKING, Protocol

from pydevpva.errors import PutError, PydevpvaError
from pydevpva.pva.access import AccessRules, Peers
from pydevpva.pva.options import PutOptions
from pydevpva.pva.types.p4p_types import Operation
from pydevpva.pva.types.shape import Shape
from pydevpva.records.core.values import Sent

if TYPE_CHECKING:
    from pydevpva.engine.address import Address
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)

STOPPING = "the IOC is shutting down"
MOST_WAITING = 50_000  # unanswered puts; beyond, each is refused at once: nobody would wait for so many
OVERLOADED = f"the IOC is overloaded: {MOST_WAITING} puts wait; try again later"


class Running(Protocol):
    """What Database.put returns."""

    def cancel(self) -> None: ...


class Puts:
    """All puts of one server that are not answered yet. Database thread, but for `bury` and `stopping`."""

    def __init__(self, database: Database, rules: AccessRules | None) -> None:
        self.database = database
        self.rules = rules  # None: everybody may write everything, and peers are not even looked at
        self.peers = Peers()
        self.stopping = False
        self.waiting: set[ClientPut] = set()
        self.spent: deque[Operation] = deque()

    def bury(self) -> None:
        """Free answered p4p operations; on the pvxs thread.

        Freeing one calls into pvxs's thread and waits for it, which is free on that thread and costs
        20 us and two thread switches on any other.
        """
        while self.spent:
            self.spent.popleft()

    def stop(self) -> int:
        """Answer all that wait, and all that come, with an error; the number that waited."""
        self.stopping = True
        waiting = list(self.waiting)
        for put in waiting:
            put.give_up(STOPPING)
        return len(waiting)


class ClientPut:
    """One put. `operation` is p4p's, and None once it is answered: every put is answered exactly once."""

    __slots__ = ("_address", "_operation", "_options", "_peer", "_puts", "_running", "_shape", "_value")

    def __init__(
        self, puts: Puts, operation: Operation, address: Address, shape: Shape, value: Sent | None, options: PutOptions
    ) -> None:
        self._begin_with(puts, operation, options)
        self._address, self._shape, self._value = address, shape, value

    def _begin_with(self, puts: Puts, operation: Operation, options: PutOptions) -> None:
        """What puts of every kind need."""
        self._puts, self._options = puts, options
        self._operation: Operation | None = operation
        self._peer = None if puts.rules is None else puts.peers.peer(operation)
        self._running: Running | None = None

    def submit(self) -> None:
        """Hand over to the database thread; called on the pvxs thread."""
        loop, operation = self._puts.database.loop, self._operation
        if operation is None:
            return
        if loop.backlog() >= MOST_WAITING:
            operation.done(error=OVERLOADED)
            return
        submit = loop.submit
        if self._options.block:
            operation.onCancel(lambda: submit(self.give_up, ""))
        submit(self.begin)

    def begin(self) -> None:
        """Check and put; on the database thread."""
        if self._operation is None:  # the client left while this waited in the queue
            return
        if self._puts.stopping:
            self._answer(STOPPING)
            return
        if len(self._puts.waiting) >= MOST_WAITING:
            self._answer(OVERLOADED)
            return
        self._puts.waiting.add(self)
        try:
            self._check_access()
            self._start()
        except PydevpvaError as error:
            self._answer(str(error))
        except Exception as error:  # a bug, but the client must have its answer
            log.exception("internal error in a put to %s", self._name())
            self._answer(f"{self._name()}: internal error: {error}")

    def give_up(self, reason: str) -> None:
        """Answer with this error, and drop the work if it has not begun; on the database thread."""
        if self._operation is None:
            return
        running, self._running = self._running, None
        self._answer(reason or "cancelled by the client")
        if running is not None:
            running.cancel()

    def _check_access(self) -> None:
        rules, peer = self._puts.rules, self._peer
        if rules is None or peer is None:
            return
        if not rules.may_write(self._address.record, self._address.field, peer):
            raise PutError(f"{self._name()}: access security does not let {peer} write it")

    def _start(self) -> None:
        process, block = self._options
        address, value = self._address, self._value
        database = self._puts.database
        if value is None:
            record = address.record
            if process is False or (process is None and (record.SCAN or not address.field.pp)):
                self._answer(None)
                return
            address, value = database.find(f"{record.NAME}.PROC"), 1  # as QSRV2's processRequest
        else:
            value = self._shape.accept(address, value)
        running = database.puts.put_from_outside(address, value, process, block, self._answer)
        if self._operation is not None:
            self._running = running

    def _answer(self, error: str | None) -> None:
        """Tell the client, the first time this is called."""
        operation, self._operation = self._operation, None
        if operation is None:
            return
        self._running = None
        self._puts.waiting.discard(self)
        self._puts.database.loop.at_end(functools.partial(self._tell, operation, error))  # after the posts it is about

    def _tell(self, operation: Operation, error: str | None) -> None:
        if error:
            operation.done(error=error.encode("utf-8", "backslashreplace").decode())  # it may quote a client's bytes
        else:
            operation.done()
        self._puts.spent.append(operation)

    def _name(self) -> str:
        return f"{self._address.record.NAME}.{self._address.field.name}"
