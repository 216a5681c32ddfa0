"""Random databases and puts on EPICS's own IOC and on pydevpva; the same ones each time (see grammar.py).

`python -m tests.conformance.explore` looks further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conformance.case import Case
from tests.conformance.grammar import from_seed
from tests.conformance.pair import Pair
from tests.ioc_process import Starter

CASES = [from_seed(seed) for seed in range(60)]


@pytest.fixture(scope="module")
def pair(start_once: Starter) -> Iterator[Pair]:
    with Pair(start_once, CASES) as both:
        yield both


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_as_epics(pair: Pair, case: Case, tell: Callable[[str], None]) -> None:
    pair.check(case, tell, f"\n{case}")
