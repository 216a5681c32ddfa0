"""The clients of a PVAccess server: who sends a put, whose puts wait. See each class for its thread."""

from __future__ import annotations

from collections import deque

from pydevpva.engine.database import Database
from pydevpva.pva.types.p4p_types import Operation
from pydevpva.serving.access import AccessRules, Peer
from pydevpva.serving.client_put import Clients
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
