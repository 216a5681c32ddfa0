"""Who may write: the question that every put of a network client asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydevpva.db.model import Field
from pydevpva.records.core.record import Record


@dataclass(frozen=True, slots=True)
class Peer:
    """The client of a put: its host's address, its account, the groups that account is in."""

    host: str
    account: str
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.account}@{self.host}"


class AccessRules(Protocol):
    """Decides about puts of network clients; what records and the shell do is not asked."""

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether this peer may put to that field now; on the database thread."""
