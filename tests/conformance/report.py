"""Writes the compared part of docs/conformance.md: python -m tests.conformance.report.

The page's other text is written by hand and stays. Between the two markers stands what this suite compares: a table of
record types with counts, and the rules of comparison.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydevpva.db.definitions import Definitions
from tests.conformance.case import Case, load_all
from tests.conformance.grammar import from_seed
from tests.conformance.pair import Pair
from tests.conformance.rules import RULES
from tests.ioc_process import ROOT, Starter

PAGE = ROOT / "docs" / "conformance.md"
BEGIN = "<!-- compared: written by python -m tests.conformance.report -->"
END = "<!-- end of what is written by it -->"
KINDS = ("fields", "puts", "alarms", "monitors", "filters")
RANDOM = 60
Counts = Counter[tuple[str, str]]


def base_record_types() -> list[str]:
    """The record types of EPICS base, as base.dbd has them."""
    return sorted(Definitions().base_record_types, key=str.lower)


def compare_all(cases: Sequence[Case], *how: Any) -> tuple[Counts, int]:
    """Counts of what agreed, and the number of cases that differed, which are shown; `how` is for Pair."""
    start = Starter(Path(tempfile.mkdtemp()))
    counts: Counts = Counter()
    differing = 0
    try:
        with Pair(start, cases, *how) as pair:
            for case in cases:
                result = pair.compare(case)
                counts += result.counts
                differing += bool(result.differences)
                for line in result.taken_back:
                    print(f"{case.name}: softIocPVX was asked again and did not say again: {line}")
                for line in result.differences:
                    print(f"{case.name}: {line}")
    finally:
        start.kill_all()
    return counts, differing


def table(counts: Counts, kinds: Sequence[str]) -> Iterator[str]:
    """What agreed, by record type and kind."""
    yield "| record type | " + " | ".join(kinds) + " |"
    yield "|---" * (len(kinds) + 1) + "|"
    for rtype in base_record_types():
        numbers = [counts[rtype, kind] for kind in kinds]
        yield f"| {rtype} | " + " | ".join(f"{number:,}" if number else "-" for number in numbers) + " |"


def lines(counts: Counts, cases: int, differing: int) -> Iterator[str]:
    """The generated part of the page."""
    yield BEGIN
    yield "## What is compared"
    yield ""
    yield (
        f"{cases} databases with a script each, {RANDOM} of them random, are played on softIocPVX and on pydevpva, and"
        f" what a client sees is compared; {differing} of them differ. Counts per record type: fields read, puts"
        " answered, updates that told an alarm, updates of monitors, and reads and monitors through channel filters."
    )
    yield ""
    yield from table(counts, KINDS)
    yield ""
    yield "The comparison forgives these differences, which are on purpose:"
    yield ""
    yield "| what | EPICS | pydevpva | why |"
    yield "|---|---|---|---|"
    for rule in RULES:
        yield f"| {rule.what} | {rule.epics} | {rule.pydevpva} | {rule.why} |"
    yield END


def write(part: Sequence[str]) -> None:
    """Put a generated part, with its first and last line, in the place of what the page has between these."""
    text = PAGE.read_text()
    begin = text.index(part[0])
    end = text.index(part[-1], begin) + len(part[-1])
    PAGE.write_text(text[:begin] + "\n".join(part) + text[end:])


def main() -> None:
    """Play all cases and write the page."""
    cases = load_all()
    counts, differing = compare_all(cases)
    more, others = compare_all([from_seed(seed) for seed in range(RANDOM)])
    counts += more
    write(list(lines(counts, len(cases) + RANDOM, differing + others)))


if __name__ == "__main__":
    main()
