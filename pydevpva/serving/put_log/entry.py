"""Entry: one put of a client, when it is over. Made on the database thread, read on that of the put log."""

from __future__ import annotations

from dataclasses import dataclass

from pydevpva.records.core.values import Scalar
from pydevpva.serving.access import Peer
from pydevpva.serving.put_log.value import Logged


@dataclass(frozen=True, slots=True)
class Entry:
    """What was put: `time` in ns since 1970, the name as the client wrote it, the values before and after.

    `error`: why it was refused, or what happened on the way; `sent`: what the client sent then, None where that is not
    known. `waited`: the client waited for completion.
    `trapped`: a rule with TRAPWRITE let it through.
    """

    time: int
    peer: Peer
    protocol: str
    name: str
    field: tuple[str, str]
    old: Logged
    new: Logged
    error: str | None
    waited: bool
    trapped: bool
    sent: Scalar | list[Scalar] | None = None
