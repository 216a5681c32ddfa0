"""Pair: EPICS's own IOC and pydevpva, both with the databases of some cases, and a player for each."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType

from pydevpva.db.definitions import Definitions
from tests.conformance.case import Case
from tests.conformance.compare import Result, compare
from tests.conformance.player import FENCE_DB, Player
from tests.ioc_process import Starter


def readable_fields(rtypes: set[str]) -> dict[str, list[str]]:
    """The fields of record types that have a value: not those of type NOACCESS, which are addresses and times."""
    definitions = Definitions()
    return {
        rtype: [f.name for f in definitions.record_type(rtype).fields.values() if f.type != "NOACCESS"]
        for rtype in rtypes
    }


class Pair:
    """Both servers, started with all cases at once."""

    def __init__(self, start: Starter, cases: Sequence[Case]) -> None:
        db = "".join(case.loaded() for case in cases) + FENCE_DB
        fields = readable_fields({rtype for case in cases for rtype, _ in case.records})
        self._stack = ExitStack()
        self._real, self._ours = start.softiocpvx(db), start.pydevpva(db=db)
        self._players = [self._stack.enter_context(Player(s.environment, fields)) for s in (self._real, self._ours)]
        self._pool = self._stack.enter_context(ThreadPoolExecutor(2))

    def compare(self, case: Case) -> Result:
        """Play a case on both, at the same time."""
        theirs, ours = self._pool.map(lambda player: player.play(case), self._players)
        return compare(case, theirs, ours)

    def __enter__(self) -> Pair:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
