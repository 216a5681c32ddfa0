"""Limits, units and precision. No thread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

from pydevpva.check.finding import Finding
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.db.model import RecordInstance

LIMITS = (("HIHI", "HHSV"), ("HIGH", "HSV"), ("LOW", "LSV"), ("LOLO", "LLSV"))
RANGES = (("HOPR", "LOPR"), ("DRVH", "DRVL"))
_ANALOG = frozenset({"ai", "ao", "calc", "calcout", "longin", "longout", "int64in", "int64out"})
_NONE = ("", "NO_ALARM", "0")


@rule("limit-no-severity", "an alarm limit without its severity: no alarm is ever raised")
def no_severity(site: Site) -> Iterator[Finding]:
    for record in _with_limits(site):
        for limit, severity in LIMITS:
            if limit in record.fields and record.fields[limit].text and site.text(record, severity) in _NONE:
                what = f"{record.name}: {limit} without {severity}: no alarm is raised"
                yield Finding("limit-no-severity", record.fields[limit].location, what)


@rule("severity-no-limit", "the severity of an alarm limit that is not set: the limit is 0")
def no_limit(site: Site) -> Iterator[Finding]:
    for record in _with_limits(site):
        for limit, severity in LIMITS:
            if site.text(record, severity) not in _NONE and limit not in record.fields:
                what = f"{record.name}: {severity} without {limit}, which is then 0"
                yield Finding("severity-no-limit", record.fields[severity].location, what)


@rule("range", "HOPR not above LOPR, DRVH below DRVL")
def range_(site: Site) -> Iterator[Finding]:
    for record in site.instances.values():
        for high, low in RANGES:
            if high not in record.fields and low not in record.fields:
                continue
            top, bottom = _number(site.text(record, high)), _number(site.text(record, low))
            if top < bottom or (top == bottom and top != 0):
                name = high if high in record.fields else low
                what = f"{record.name}: {high} {top:g} is not above {low} {bottom:g}"
                yield Finding("range", record.fields[name].location, what)


@rule("missing-egu", "analog records without EGU", "note", asked=True)
def missing_egu(site: Site) -> Iterator[Finding]:
    for record in site.instances.values():
        if record.type in _ANALOG and not site.text(record, "EGU"):
            yield Finding("missing-egu", record.location, f"{record.name}: no EGU")


@rule("missing-prec", "analog records of DOUBLE without PREC", "note", asked=True)
def missing_prec(site: Site) -> Iterator[Finding]:
    for record in site.instances.values():
        if record.type in ("ai", "ao", "calc", "calcout") and "PREC" not in record.fields:
            yield Finding(
                "missing-prec", record.location, f"{record.name}: no PREC: clients that go by it show whole numbers"
            )


def _with_limits(site: Site) -> Iterator[RecordInstance]:
    """Records of a type that has alarm limits, whatever it is."""
    has = cache(lambda kind: "HHSV" in site.definitions.record_type(kind).fields)
    return (record for record in site.instances.values() if has(record.type))


def _number(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return math.nan
