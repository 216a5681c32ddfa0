"""A plain name that several protocols look for: who answers first has it. The protocols are the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pydevpva.engine.links.remote import RemoteLink
from pydevpva.records.core.alarm import INVALID, LINK, raise_alarm
from tests.local_ioc import LocalIoc, local_ioc

DB = 'record(ai, "r") { field(INP, "elsewhere CP") }'


class OneLink(RemoteLink):
    """A link whose far end the test makes come and go."""

    protocol = "test"

    def __init__(self, owner: Any, field: Any, text: str, value: float) -> None:
        super().__init__(owner, field, text, "CP")
        self.value, self.searches, self.is_there = value, False, False

    def begin(self) -> None:
        self.searches = True

    def end(self) -> None:
        self.searches = False

    def comes(self) -> None:
        self.is_there = True
        self.found()
        self.updated()

    def goes(self) -> None:
        self.is_there = False
        self.updated()
        self.lost()

    def get(self, dbf: str) -> float | None:
        if not self.is_there:
            raise_alarm(self._owner, LINK, INVALID)
        return self.value if self.is_there else None

    def connected(self) -> bool:
        return self.is_there

    def time(self) -> None:
        return None


class Protocol:
    """Makes them, and keeps them."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.links: list[OneLink] = []

    def from_text(self, record: Any, field: Any, text: str, parsed: Any) -> OneLink:
        self.links.append(OneLink(record, field, text, self.value))
        return self.links[-1]


class Two:
    """An IOC with two protocols, the first preferred: it reads 1 by that, and 2 by the second."""

    def __init__(self, ioc: LocalIoc, first: Protocol, second: Protocol) -> None:
        self.ioc, self.first, self.second = ioc, first, second

    def comes(self, protocol: Protocol) -> None:
        self.ioc.call(protocol.links[-1].comes)

    def goes(self, protocol: Protocol) -> None:
        self.ioc.call(protocol.links[-1].goes)

    def searching(self) -> list[bool]:
        return [protocol.links[-1].searches for protocol in (self.first, self.second)]

    def shows(self) -> tuple[float, int]:
        return self.ioc.get("r"), self.ioc.get("r.SEVR")


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    first, second = Protocol(1.0), Protocol(2.0)
    monkeypatch.setattr("pydevpva.ioc.PvaLinks.from_text", lambda links, *args: first.from_text(*args))
    monkeypatch.setattr("pydevpva.ioc.CaLinks.from_text", lambda links, *args: second.from_text(*args))
    with local_ioc(tmp_path, DB) as ioc:
        yield Two(ioc, first, second)


def test_the_preferred_protocol_has_the_name_at_once(two: Two) -> None:
    assert two.searching() == [True, True]
    two.comes(two.first)
    assert (two.shows(), two.searching()) == ((1.0, 0), [True, False])


def test_the_other_has_it_when_the_preferred_one_is_silent_for_a_second(two: Two) -> None:
    two.comes(two.second)
    two.ioc.advance(0.9)
    assert two.shows()[1] == 3
    two.ioc.advance(0.2)
    assert (two.shows(), two.searching()) == ((2.0, 0), [False, True])


def test_both_within_a_second_is_the_preferred_one(two: Two) -> None:
    two.comes(two.second)
    two.ioc.advance(0.9)
    two.comes(two.first)
    two.ioc.advance(10)
    assert (two.shows(), two.searching()) == ((1.0, 0), [True, False])


def test_one_that_goes_within_its_second_has_nothing(two: Two) -> None:
    two.comes(two.second)
    two.goes(two.second)
    two.ioc.advance(10)
    assert (two.shows()[1], two.searching()) == (3, [True, True])


def test_what_is_lost_is_looked_for_as_before_for_thirty_seconds(two: Two) -> None:
    two.comes(two.second)
    two.ioc.advance(2)
    two.goes(two.second)
    assert two.shows() == (2.0, 3)
    two.ioc.advance(29)
    assert two.searching() == [False, True]
    two.comes(two.second)
    two.ioc.advance(100)
    assert (two.shows(), two.searching()) == ((2.0, 0), [False, True])


def test_an_ioc_that_comes_back_with_another_protocol_is_found_by_that(two: Two) -> None:
    two.comes(two.first)
    two.goes(two.first)
    two.ioc.advance(31)
    assert two.searching() == [True, True]
    two.comes(two.second)
    two.ioc.advance(2)
    assert (two.shows(), two.searching()) == ((2.0, 0), [False, True])


def test_a_link_that_is_changed_looks_for_nothing_any_more(two: Two) -> None:
    two.comes(two.second)
    two.ioc.put("r.INP", "5")
    two.ioc.advance(100)
    assert two.searching() == [False, False]
