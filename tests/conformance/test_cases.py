"""Every case of cases/ on EPICS's own IOC and on pydevpva: answers, fields and monitors are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conformance.case import Case, load_all
from tests.conformance.pair import Pair
from tests.ioc_process import Starter

CASES = load_all()


@pytest.fixture(scope="module")
def pair(start_once: Starter) -> Iterator[Pair]:
    with Pair(start_once, CASES) as both:
        yield both


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_as_epics(pair: Pair, case: Case, tell: Callable[[str], None]) -> None:
    pair.check(case, tell)
