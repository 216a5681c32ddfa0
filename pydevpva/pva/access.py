"""Who may write: the question that every put of a network client asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from pydevpva.db.model import Field
from pydevpva.records.record import Record


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

    The groups of an account are asked for once: the system may have to ask another host for them.
    """

    def __init__(self) -> None:
        self._roles: dict[str, frozenset[str]] = {}

    def peer(self, operation: Any) -> Peer:
        """The client of a p4p ServerOperation."""
        account = operation.account()
        if account not in self._roles:
            self._roles[account] = frozenset(operation.roles())
        host = operation.peer().rsplit(":", 1)[0].strip("[]")
        return Peer(host, account.rsplit("/", 1)[-1], self._roles[account])


class AccessRules(Protocol):
    """Decides about puts of network clients; what records and the shell do is not asked."""

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether this peer may put to that field now; on the database thread."""
