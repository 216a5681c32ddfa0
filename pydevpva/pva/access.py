"""Who may write: the question that every put of a network client asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydevpva.db.model import Field
from pydevpva.pva.types.p4p_types import Operation
from pydevpva.records.core.record import Record

MOST_ACCOUNTS = 100  # whose groups are remembered


@dataclass(frozen=True, slots=True)
class Peer:
    """The client of a put: its host's address, its account, the groups that account is in."""

    host: str
    account: str
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.account}@{self.host}"


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


class AccessRules(Protocol):
    """Decides about puts of network clients; what records and the shell do is not asked."""

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether this peer may put to that field now; on the database thread."""
