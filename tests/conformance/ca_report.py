"""Writes what docs/conformance.md says of the cases over Channel Access: python -m tests.conformance.ca_report."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance import ca_compare
from tests.conformance.ca_player import CaPlayer
from tests.conformance.case import load_all
from tests.conformance.report import Counts, compare_all, table, write

BEGIN = "<!-- over Channel Access: written by python -m tests.conformance.ca_report -->"
END = "<!-- end of what is written by that -->"
KINDS = ("fields", "puts", "monitors", "filters")


def lines(counts: Counts, cases: int, differing: int) -> Iterator[str]:
    """The generated part of the page."""
    yield BEGIN
    yield (
        f"The {cases} scripts without the random ones are played over Channel Access as well, by libca, on"
        f" the server of softIocPVX and on ours; {differing} of them differ. Counts per record type: fields read"
        " as DBR_CTRL, puts answered, updates of monitors as DBR_TIME, reads and monitors through channel filters."
    )
    yield ""
    yield from table(counts, KINDS)
    yield END


def main() -> None:
    """Play all cases and write the page."""
    cases = load_all()
    counts, differing = compare_all(cases, CaPlayer, ca_compare.compare)
    write(list(lines(counts, len(cases), differing)))


if __name__ == "__main__":
    main()
