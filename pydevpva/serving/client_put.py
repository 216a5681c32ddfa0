"""ClientPut: what a put of a network client goes through, whatever the protocol, till its answer.

    submit (network's thread) -> begin -> check -> go -> ... -> answer -> tell

A server's own class of put is `class Mine(ClientPut, Put)` and says what its value is (`go`) and how it is answered
(`tell`). See each method for its thread.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from pydevpva.engine.services import Services
from pydevpva.errors import PutError, PydevpvaError
from pydevpva.serving.access import AccessRules, Peer

if TYPE_CHECKING:
    from pydevpva.engine.address import Address

log = logging.getLogger(__name__)

STOPPING = "the IOC is shutting down"
MOST_WAITING = 50_000  # unanswered puts; beyond, each is refused at once: nobody would wait for so many
OVERLOADED = f"the IOC is overloaded: {MOST_WAITING} puts wait; try again later"


class Clients:
    """The clients of one server as far as they put: who may, whose puts wait. Database thread, but for `stopping`."""

    def __init__(self, services: Services, rules: AccessRules | None) -> None:
        self.loop, self.puts = services.loop, services.puts
        self.rules = rules  # None: everybody may write everything, and peers are not even looked at
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
    _peer: Peer | None
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
        clients.loop.at_end(functools.partial(self.tell, error))

    def tell(self, error: str | None) -> None:
        """Answer the client; any thread, once."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        return f"{self.address.record.NAME}.{self.address.field.name}"

    if TYPE_CHECKING:  # of engine.put.Put

        def end(self, error: str | None) -> None: ...
        def cancel(self, reason: str = ...) -> None: ...
        def start(self) -> None: ...
