"""Writes what docs/conformance.md says of the cases over Channel Access: python -m tests.conformance.ca_report."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conformance import ca_compare
from tests.conformance.ca_player import CaPlayer
from tests.conformance.case import load_all
from tests.conformance.pair import Pair
from tests.conformance.report import PAGE, Counts, base_record_types
from tests.ioc_process import Starter

BEGIN = "<!-- over Channel Access: written by python -m tests.conformance.ca_report -->"
END = "<!-- end of what is written by that -->"
KINDS = ("fields", "puts", "monitors", "filters")


def compare_all() -> tuple[Counts, int, int]:
    """Counts of what agreed, the number of cases, and how many of them differed."""
    cases, start = load_all(), Starter(Path(tempfile.mkdtemp()))
    counts: Counts = Counter()
    differing = 0
    try:
        with Pair(start, cases, CaPlayer, ca_compare.compare) as pair:
            for case in cases:
                result = pair.compare(case)
                counts += result.counts
                differing += bool(result.differences)
                print("\n".join([f"{case.name}: {len(result.differences)} differences", *result.differences]))
    finally:
        start.kill_all()
    return counts, len(cases), differing


def lines(counts: Counts, cases: int, differing: int) -> Iterator[str]:
    """The generated part of the page."""
    yield BEGIN
    yield (
        f"The {cases} scripts without the random ones are played over Channel Access as well, by libca, on"
        f" the server of softIocPVX and on ours; {differing} of them differ. Counts per record type: fields read"
        " as DBR_CTRL, puts answered, updates of monitors as DBR_TIME, reads and monitors through channel filters."
    )
    yield ""
    yield "| record type | " + " | ".join(KINDS) + " |"
    yield "|---" * (len(KINDS) + 1) + "|"
    for rtype in base_record_types():
        numbers = [counts[rtype, kind] for kind in KINDS]
        yield f"| {rtype} | " + " | ".join(f"{number:,}" if number else "-" for number in numbers) + " |"
    yield END


def main() -> None:
    """Play all cases and write the page."""
    text = PAGE.read_text()
    part = "\n".join(lines(*compare_all()))
    begin, end = text.index(BEGIN), text.index(END) + len(END)
    PAGE.write_text(text[:begin] + part + text[end:])


if __name__ == "__main__":
    main()
