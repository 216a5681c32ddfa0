"""What the comparison does when EPICS's own IOC sends an update that cannot be: it asks again, and only EPICS."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from tests.conformance.case import parse
from tests.conformance.pair import Pair, settled
from tests.conformance.player import Transcript
from tests.ioc_process import Starter

CASE = parse(
    "freed",
    """record(waveform, "$(P)a") { field(FTVL, "DOUBLE") field(NELM, "3") }
record(longout, "$(P)n") { }
---
put a [1, 2, 3]
put a [4, 5]
put n 7
""",
)
FREED = ["float64", 4.6e-310, 6.9e-310]  # what malloc leaves in the first words of memory that it was given back


Played = tuple[Pair, Transcript, Transcript]


@pytest.fixture(scope="module")
def once(start_once: Starter) -> Iterator[Played]:
    with Pair(start_once, [CASE]) as pair:
        yield pair, *pair.play(CASE)


@pytest.fixture
def played(once: Played) -> Played:
    """The pair, and what was seen of EPICS and of pydevpva, to be spoiled."""
    pair, theirs, ours = once
    return pair, deepcopy(theirs), deepcopy(ours)


def test_an_update_that_epics_does_not_send_again_is_no_difference_and_is_told(played: Played) -> None:
    pair, theirs, ours = played
    theirs.streams["a"][-1]["value"] = FREED
    result = settled(CASE, theirs, ours, lambda: pair.ask_again(CASE))
    assert not result.differences
    (line,) = result.taken_back
    assert line.startswith("monitor a")
    assert "4.6e-310" in line


def test_an_update_that_is_wrong_with_us_stays_a_difference(played: Played) -> None:
    pair, theirs, ours = played
    ours.streams["a"][-1]["value"] = FREED
    result = settled(CASE, theirs, ours, lambda: pair.ask_again(CASE))
    assert "4.6e-310" in result.differences[0]
    assert not result.taken_back


def test_what_a_get_reads_is_not_asked_again(played: Played) -> None:
    _, theirs, ours = played
    theirs.answers[-1]["n.VAL"]["value"] = 8

    def never() -> Transcript:
        raise AssertionError("EPICS was asked again")

    result = settled(CASE, theirs, ours, never)
    assert result.differences == ["step 4, fields: n.VAL value: EPICS 8, ours 7"]
