"""Looks for differences that the suite does not know: python -m tests.conformance.explore [EXAMPLES].

Hypothesis draws cases and shrinks the first that differs; its text may go into cases/ as it is. Each example starts
both servers, which takes about two seconds.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.grammar import Writer
from tests.conformance.pair import Pair
from tests.ioc_process import Starter


def main(examples: int) -> None:
    """Raise AssertionError with the smallest case that differs."""

    @settings(max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def explore(random: Random) -> None:
        case = Writer("random", random).case()
        start = Starter(Path(tempfile.mkdtemp()))
        try:
            with Pair(start, [case]) as pair:
                differences = pair.compare(case).differences
        finally:
            start.kill_all()
        assert not differences, "\n".join([*differences, str(case)])

    explore()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100)
