"""ClientPut: what a put of a network client goes through, whatever the protocol, till its answer.

    submit (network's thread) -> begin -> check -> go -> ... -> answer -> tell

A server's own class of put is `class Mine(ClientPut, Put)` and says what its value is (`go`) and how it is answered
(`tell`). See each method for its thread.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from pydevpva.engine.services import Services
from pydevpva.errors import PutError, PydevpvaError
from pydevpva.records.core.values import Sent
from pydevpva.serving.access import AccessRules, Peer
from pydevpva.serving.put_log.put_log import PutLog

if TYPE_CHECKING:
    from pydevpva.engine.address import Address

log = logging.getLogger(__name__)

STOPPING = "the IOC is shutting down"
MOST_WAITING = 50_000  # unanswered puts; beyond, each is refused at once: nobody would wait for so many
OVERLOADED = f"the IOC is overloaded: {MOST_WAITING} puts wait; try again later"


class Clients:
    """The clients of one server as far as they put: who may, whose puts wait. Database thread, but for `stopping`."""

    protocol: ClassVar[str] = ""  # as the put log names it

    def __init__(self, services: Services, rules: AccessRules | None, put_log: PutLog | None = None) -> None:
        self.loop, self.puts = services.loop, services.puts
        self.rules = rules  # None: everybody may write everything
        self.put_log = put_log or PutLog()
        self.stopping = False
        self.waiting: set[ClientPut] = set()

    def stop(self) -> int:
        """Answer all that wait, and all that come, with an error; the number that waited."""
        self.stopping = True
        waiting = list(self.waiting)
        for put in waiting:
            put.give_up(STOPPING)
        return len(waiting)


class ClientPut:
    """A client's side of a put. Its slots are declared by the classes made of it."""

    __slots__ = ()
    _clients: Clients
    _peer: Peer | None  # None: nobody asks, neither rules nor the put log
    _wait: bool
    address: Address
    ended: bool

    # ---- the network's thread ----

    def submit(self) -> None:
        """Hand over to the database thread."""
        loop = self._clients.loop
        if loop.backlog() >= MOST_WAITING:
            self.tell(OVERLOADED)
        else:
            loop.submit_next(self.begin)

    # ---- database thread ----

    def begin(self) -> None:
        """Check, and put."""
        clients = self._clients
        if self.ended:  # the client left while this waited in the queue
            return
        if clients.stopping or len(clients.waiting) >= MOST_WAITING:
            self.end(STOPPING if clients.stopping else OVERLOADED)
            return
        clients.waiting.add(self)
        try:
            if clients.put_log.on:
                clients.put_log.begin(self, clients.rules, self._peer, clients.protocol, self._wait, self.written())
            if clients.rules is not None and self._peer is not None:
                self.check(clients.rules, self._peer)
            self.go()
        except PydevpvaError as error:
            self.end(str(error))
        except Exception as error:  # a bug, but the client must have its answer
            log.exception("internal error in a put to %s", self.name)
            self.end(f"{self.name}: internal error: {error}")

    def check(self, rules: AccessRules, peer: Peer) -> None:
        """PutError unless the rules let this client write."""
        if not rules.may_write(self.address.record, self.address.field, peer):
            raise PutError(f"{self.name}: access security does not let {peer} write it")

    def go(self) -> None:
        """Make the value ready and start; PutError refuses the put."""
        raise NotImplementedError

    def give_up(self, reason: str = "") -> None:
        """Answer with this error, and drop the work if it has not begun."""
        if not self.ended:
            self.cancel(reason or "cancelled by the client")

    def answer(self, error: str | None) -> None:
        """The put is over; its client is told at the end of the pass, after the posts that it is about."""
        clients = self._clients
        clients.waiting.discard(self)
        if clients.put_log.on:
            clients.put_log.end(self, error, self.sent)
        clients.loop.at_end(functools.partial(self.tell, error))

    def tell(self, error: str | None) -> None:
        """Answer the client; any thread, once."""
        raise NotImplementedError

    def written(self) -> Iterable[tuple[str, Address]]:
        """What is put to, under the names that the client knows; for the put log."""
        return ((self.channel_name, self.address),)

    @property
    def sent(self) -> Sent | None:
        """What the client sent to its one field, for the put log where it is refused."""
        return None

    @property
    def name(self) -> str:
        return f"{self.address.record.NAME}.{self.address.field.name}"

    @property
    def channel_name(self) -> str:
        """The name as the client wrote it, as far as that is known."""
        address = self.address
        field = "" if address.field.name == "VAL" and not address.long else f".{address.field.name}"
        return f"{address.record.NAME}{field}{'$' if address.long else ''}"

    if TYPE_CHECKING:  # of engine.put.Put

        def end(self, error: str | None) -> None: ...
        def cancel(self, reason: str = ...) -> None: ...
        def start(self) -> None: ...
