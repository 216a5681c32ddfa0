"""Names of records. No thread."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.check.finding import Finding
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.db.linktext import parse_link


@rule("duplicate", "a record that a second file, or a second line, defines again")
def duplicate(site: Site) -> Iterator[Finding]:
    for record, again in site.repeated:
        what = f'record "{record.name}" is there already, from {record.location}; record(*, ...) adds to it on purpose'
        yield Finding("duplicate", again, what, f"duplicates of {record.location.file} in {again.file}")


@rule("name", "names that Channel Access clients cannot ask for, or that no link can name")
def name(site: Site) -> Iterator[Finding]:
    for record in site.instances.values():
        for called in (record.name, *record.aliases):
            if not called.isascii():
                bad = next(c for c in called if not c.isascii())
                yield Finding(
                    "name", record.location, f'"{called}": {bad!r} is not ASCII, and clients send it in different ways'
                )
            elif called[0] in "0123456789+-." and parse_link(called, "INLINK").kind == "constant":
                yield Finding("name", record.location, f'"{called}": a link to this record would be a number')
