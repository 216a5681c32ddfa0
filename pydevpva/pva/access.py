"""Who may write: the question that every put asks, and its answer from an access security file."""

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

    @staticmethod
    def of(operation: Any) -> Peer:
        """The peer of a p4p ServerOperation; on the pvxs thread."""
        host = operation.peer().rsplit(":", 1)[0].strip("[]")
        return Peer(host, operation.account().rsplit("/", 1)[-1], frozenset(operation.roles()))

    def __str__(self) -> str:
        return f"{self.account}@{self.host}"


class AccessRules(Protocol):
    """Decides about puts of network clients; what records and the shell do is not asked."""

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether this peer may put to that field now; on the database thread."""


class AccessFile:
    """AccessRules from an EPICS access security file, evaluated by p4p (asLib). Database thread.

    The group is the record's ASG, a group that is not in the file is DEFAULT; a rule applies to fields
    whose ASL is not above the rule's level, as in EPICS.
    """

    def __init__(self, text: str) -> None:
        """Raises ValueError with the parser's message for a file with mistakes."""
        from p4p.asLib import ACFError, Engine

        try:
            self._engine = Engine(text)
        except ACFError as error:
            raise ValueError(str(error)) from None
        self._known: dict[tuple[str, int, Peer], bool] = {}

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        key = (record.ASG or "DEFAULT", field.asl, peer)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, group: str, asl: int, peer: Peer) -> bool:
        answer = _Answer(f"{group}:{asl}")
        self._engine.create(answer, group, peer.account, peer.host, asl, list(peer.roles))
        return answer.put


class _Answer:
    """What asLib's engine takes for a channel."""

    def __init__(self, name: str) -> None:
        self.name, self.put = name, False

    def access(self, put: bool, **_other: bool) -> None:
        self.put = put
