"""Puts of PVAccess's clients. See each method for its thread."""

from __future__ import annotations

from collections import deque

from pydevpva.engine.address import Address
from pydevpva.engine.database import Database
from pydevpva.engine.put import Put, check_code
from pydevpva.pva.options import PutOptions
from pydevpva.pva.types.p4p_types import Operation
from pydevpva.pva.types.shape import Shape
from pydevpva.records.core.values import Sent
from pydevpva.serving.access import AccessRules, Peer
from pydevpva.serving.client_put import ClientPut, Clients
from pydevpva.serving.put_log.put_log import PutLog

MOST_ACCOUNTS = 100  # whose groups are remembered


class Peers:
    """Finds out who sends a put. pvxs thread.

    The groups of an account are asked for once: the system may have to ask another host for them. Those of accounts
    that have not written for longest are forgotten: a client may claim to be anybody.
    """

    def __init__(self) -> None:
        self._roles: dict[str, frozenset[str]] = {}  # that used last is last

    def peer(self, operation: Operation) -> Peer:
        """The client of a p4p ServerOperation."""
        account = operation.account()
        roles = self._roles.pop(account, None)
        self._roles[account] = roles = frozenset(operation.roles()) if roles is None else roles
        if len(self._roles) > MOST_ACCOUNTS:
            del self._roles[next(iter(self._roles))]
        host = operation.peer().rsplit(":", 1)[0].strip("[]")
        return Peer(host, account.rsplit("/", 1)[-1], roles)


class PvaClients(Clients):
    """The clients of a PVAccess server. Database thread, but for `bury`, `peers` and `stopping`.

    spent: answered p4p operations, which `bury` frees, on the pvxs thread. Freeing one calls into that thread and waits
    for it; anywhere else that costs 20 us and two thread switches.
    """

    protocol = "pva"

    def __init__(self, database: Database, rules: AccessRules | None, put_log: PutLog | None = None) -> None:
        super().__init__(database.services, rules, put_log)
        self.database = database
        self.peers = Peers()
        self.spent: deque[Operation] = deque()
        self.bury = self.spent.clear


class PvaPut(ClientPut):
    """What puts to a field and to a group have in common: p4p's operation, which is answered exactly once."""

    __slots__ = ()
    _clients: PvaClients
    _operation: Operation
    _wait: bool

    def cancelled(self) -> None:
        """The client is gone or wants it no more; on the pvxs thread."""
        self._clients.loop.add(self.give_up)

    @property
    def channel_name(self) -> str:
        return str(self._operation.name())

    def tell(self, error: str | None) -> None:
        operation = self._operation
        del self._operation  # it holds us for onCancel: a circle, which the collector would free, on the wrong thread
        if error:
            operation.done(error=error.encode("utf-8", "backslashreplace").decode())  # it may quote a client's bytes
        else:
            operation.done()
        self._clients.spent.append(operation)


class FieldPut(PvaPut, Put):
    """A put to one field."""

    __slots__ = ("_clients", "_operation", "_peer", "_sent", "_shape")

    def __init__(
        self,
        clients: PvaClients,
        operation: Operation,
        address: Address,
        shape: Shape,
        value: Sent | None,
        options: PutOptions,
    ) -> None:
        Put.__init__(self, clients.puts, address, 1, *options)
        self._clients, self._operation, self._shape, self._sent = clients, operation, shape, value
        asked = clients.rules is not None or clients.put_log.on
        self._peer = clients.peers.peer(operation) if asked else None
        if self._wait:
            operation.onCancel(self.cancelled)

    def go(self) -> None:
        address, sent = self.address, self._sent
        if sent is None:
            self._only_process(address)
        else:
            self.value = self._shape.accept(address, sent)
            if address.may_be_code:
                check_code(address, self.value)
        if not self.ended:
            self.start()

    def _only_process(self, address: Address) -> None:
        """The client changed no value: as QSRV2's processRequest."""
        record, process = address.record, self._process_it
        if process is False or (process is None and (record.SCAN or not address.field.pp)):
            self.end(None)
        else:
            self.address = Address(record, record.find_field("PROC"))
