"""Who may read and write: the questions that the values and the puts of network clients ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from pydevpva.db.model import Field
from pydevpva.records.core.record import Record


@dataclass(frozen=True, slots=True)
class Peer:
    """A client: its host's address, or what it calls its host (Channel Access); its account, and that one's groups."""

    host: str
    account: str
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.account}@{self.host}"


class AccessRules(Protocol):
    """Decides about puts of network clients; what records and the shell do is not asked."""

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether this peer may put to that field now; on the database thread."""

    def may_read(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether this peer may see that field now; asked for clients of Channel Access only, as EPICS does."""

    def inputs(self) -> Collection[str]:
        """The fields that the rules go by: when one changes, so may the answers."""

    def traps_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether the rule that lets this peer put to that field says TRAPWRITE: the put log hears of it then."""

    @property
    def has_traps(self) -> bool:
        """Whether any rule says TRAPWRITE."""
