"""SCAN "I/O Intr" and the events that should come. No thread."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydevpva.check.finding import Finding
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.db.model import RecordInstance
from pydevpva.errors import CodeError, NotFound, did_you_mean
from pydevpva.evaluator.compiled.code import compile_code
from pydevpva.records.core.factory import behaviour


@rule("iointr-none", 'SCAN "I/O Intr" of a record whose device has no event: it is never processed', "error")
def without_event(site: Site) -> Iterator[Finding]:
    for record in site.instances.values():
        if site.text(record, "SCAN") not in ("I/O Intr", "2") or behaviour(record.type).own_interrupts:
            continue
        dtyp = site.text(record, "DTYP")
        if dtyp in ("", "Soft Channel", "Raw Soft Channel", "Async Soft Channel"):
            what = f'{record.name}: DTYP "{dtyp or "Soft Channel"}" has no I/O Intr: the record is never processed'
            yield Finding("iointr-none", site.place(record, "SCAN"), what)
        elif dtyp == "pydev" and _event(site, record) == "":
            what = f"{record.name}: the link is not pydev.iointr('name') alone: I/O Intr has no event to wait for"
            yield Finding("iointr-none", site.place(record, "SCAN"), what)


@rule("event-unpublished", "records that wait for a pydev.iointr(...) that no Python of the site publishes")
def unpublished(site: Site) -> Iterator[Finding]:
    """Asked only where the startup script's Python was found, and all names in it are written out."""
    names = site.python
    if not site.has_script or not names.modules or names.open or names.publishes_any:
        return
    for record in site.instances.values():
        event = _event(site, record) if site.text(record, "SCAN") in ("I/O Intr", "2") else None
        if event and event not in names.published:
            near = did_you_mean(event, names.published)
            what = f"{record.name}: no Python of this site publishes pydev.iointr({event!r}, ...){near}"
            yield Finding("event-unpublished", site.place(record, "SCAN"), what, f"event {event}")


def _event(site: Site, record: RecordInstance) -> str | None:
    """The event of a pydev record's code; "": it has none; None: it is no such record, or its code does not compile."""
    if site.text(record, "DTYP") != "pydev":
        return None
    text = site.text(record, "INP") or site.text(record, "OUT")
    try:
        return _event_of(record.type, text.strip().removeprefix("@"))
    except (CodeError, NotFound):
        return None


@cache
def _event_of(type_: str, text: str) -> str:
    way = behaviour(type_).pydev
    return (compile_code(text, way.bare if way is not None else (), (), {}).event or "") if text else ""
