"""Pair: EPICS's own IOC and pydevpva, both with the databases of some cases, and a player for each.

EPICS's IOC sometimes sends an update of a monitor with memory that it has freed: elements that no record ever had.
Where only updates differ, another one, fresh, is asked again; what it does not say again was no answer, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType

from pydevpva.db.definitions import Definitions
from pydevpva.devices.registry import own_devices
from tests.conformance.ca_player import CaPlayer
from tests.conformance.case import Case
from tests.conformance.compare import Result, compare
from tests.conformance.player import FENCE_DB, Player, Transcript
from tests.ioc_process import Starter

TRIES = 3  # of EPICS's IOC, when it says something else each time
Comparison = Callable[[Case, Transcript, Transcript], Result]
OF_UPDATES = re.compile(r"monitor |step \d+, until ")  # how the differences begin that an update may have made


def readable_fields(rtypes: set[str]) -> dict[str, list[str]]:
    """The fields of record types that have a value: not those of type NOACCESS, which are addresses and times."""
    definitions = Definitions(own_devices)
    return {
        rtype: [f.name for f in definitions.record_type(rtype).fields.values() if f.type != "NOACCESS"]
        for rtype in rtypes
    }


def fields_of(cases: Sequence[Case]) -> dict[str, list[str]]:
    return readable_fields({rtype for case in cases for rtype, _ in case.records})


def settled(
    case: Case,
    theirs: Transcript,
    ours: Transcript,
    ask_again: Callable[[], Transcript],
    compare: Comparison = compare,
) -> Result:
    """What differs from EPICS, of what EPICS says again. `ask_again` has a fresh IOC of EPICS play the case."""
    result = compare(case, theirs, ours)
    for _ in range(TRIES):
        first = result.differences
        if not first or not all(OF_UPDATES.match(difference) for difference in first):
            break
        taken_back = result.taken_back
        result = compare(case, ask_again(), ours)
        result.taken_back = taken_back + [line for line in first if line not in result.differences]
        if result.differences == first:
            break
    return result


class Pair:
    """Both servers, started with all cases at once; over PVAccess, or as the player and the comparison have it."""

    def __init__(
        self,
        start: Starter,
        cases: Sequence[Case],
        player: type[Player] | type[CaPlayer] = Player,
        comparison: Comparison = compare,
    ) -> None:
        db = "".join(case.loaded() for case in cases) + FENCE_DB
        fields = fields_of(cases)
        self._player, self._comparison = player, comparison
        self._start = start
        self._stack = ExitStack()
        self._real, self._ours = start.softiocpvx(db), start.pydevpva(db=db)
        self._players = [self._stack.enter_context(player(s.environment, fields)) for s in (self._real, self._ours)]
        self._pool = self._stack.enter_context(ThreadPoolExecutor(2))

    def compare(self, case: Case) -> Result:
        """Play a case on both, at the same time."""
        theirs, ours = self.play(case)
        return settled(case, theirs, ours, lambda: self.ask_again(case), self._comparison)

    def check(self, case: Case, tell: Callable[[str], None], more: str = "") -> None:
        """Fail for what differs, with `more` below it; what EPICS has taken back is told."""
        result = self.compare(case)
        for line in result.taken_back:
            tell(f"{case.name}: softIocPVX was asked again and did not say again: {line}")
        assert not result.differences, "\n".join(["", *result.differences, more])

    def play(self, case: Case) -> tuple[Transcript, Transcript]:
        """What a client saw of EPICS and of pydevpva."""
        theirs, ours = self._pool.map(lambda player: player.play(case), self._players)
        return theirs, ours

    def ask_again(self, case: Case) -> Transcript:
        """The case on another IOC of EPICS, whose records have not been written to."""
        server = self._start.softiocpvx(case.loaded() + FENCE_DB)
        with self._player(server.environment, fields_of([case])) as player:
            return player.play(case)

    def __enter__(self) -> Pair:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
