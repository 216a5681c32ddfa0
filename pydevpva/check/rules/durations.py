"""SCAN against how long a record's Python was measured to take. No thread."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.check.finding import Finding
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.engine.periodic import period_of


@rule("scan-too-fast", "SCAN faster than the record's Python takes, by the figures of --measured")
def scan_too_fast(site: Site) -> Iterator[Finding]:
    """Looks at nothing without figures."""
    for name, seconds in site.measured.items():
        record = site.record(name)
        if record is None:
            continue
        scan = site.text(record, "SCAN")
        period = period_of(scan)
        if period is not None and seconds > period:
            what = f'{name}: its Python takes {seconds:.3g} s, which is more than its SCAN "{scan}"'
            yield Finding("scan-too-fast", site.place(record, "SCAN"), what)
