"""Links that lead nowhere, or to where nothing useful is. No thread."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pydevpva.check.connections import Connection
from pydevpva.check.finding import Finding
from pydevpva.check.near_names import nearest
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.errors import nearest_field

_NUMBERS = frozenset(
    {"ai", "ao", "longin", "longout", "int64in", "int64out", "bi", "bo", "mbbi", "mbbo", "calc", "calcout", "sel"}
)

_TAKEN_WHOLE = "; the INPA..INPL of an ndarray or a table take it whole"
_WHOLE = {"ndarray": "an image, of which a number is the first pixel", "table": "a table, which has no number"}


def _by_name(link: Connection) -> str:
    return f"link to {link.link.record}"


@rule("link-misspelled", "links to a record that is not here, where one is that is spelled nearly so")
def misspelled(site: Site) -> Iterator[Finding]:
    left_out = site.instances.left_out
    links = [link for link in site.connections if link.target is None and link.link.record not in left_out]
    near = nearest({link.link.record for link in links}, chain(site.instances, site.instances.aliases))
    for link in links:
        if names := near.get(link.link.record):
            what = f"{link.where}: no record {link.link.record}; did you mean {' or '.join(names)}?"
            yield Finding("link-misspelled", link.given.location, what, _by_name(link))


@rule("link-elsewhere", "links to records that are not here, and so must be in another IOC", "note", asked=True)
def elsewhere(site: Site) -> Iterator[Finding]:
    for link in site.connections:
        if link.target is None and link.link.record not in site.instances.left_out:
            what = f"{link.where}: {link.link.record} is looked for in other IOCs"
            yield Finding("link-elsewhere", link.given.location, what, _by_name(link))


@rule("link-left-out", "links to records that are not supported here: they will be LINK/INVALID")
def left_out(site: Site) -> Iterator[Finding]:
    for link in site.connections:
        if link.target is None and (why := site.instances.left_out.get(link.link.record)) is not None:
            what = f"{link.where}: {link.link.record} is not supported here ({why})"
            yield Finding("link-left-out", link.given.location, what, _by_name(link))


@rule("link-field", "links to a field that the record does not have", "error")
def field(site: Site) -> Iterator[Finding]:
    for link in site.connections:
        if link.target is None:
            continue
        fields = site.definitions.record_type(link.target.type).fields
        name = link.target_field
        if name not in fields and name not in ("RTYP", "TIME"):
            what = f"{link.where}: no field {name} in {link.target.name}, which is {link.target.type}"
            yield Finding("link-field", link.given.location, what + nearest_field(name, fields))


@rule("link-type", "output links to fields that cannot be written; numbers read from text; FLNK to a field", "error")
def type_(site: Site) -> Iterator[Finding]:
    for link in site.connections:
        if link.target is None:
            continue
        field = site.definitions.record_type(link.target.type).fields.get(link.target_field)
        if field is not None and (why := _unfit(link, field.type, field.special)):
            yield Finding("link-type", link.given.location, f"{link.where}: {link.link.target} {why}")


def _unfit(link: Connection, dbf: str, special: str) -> str:
    if link.link_type == "FWDLINK":
        plain = link.target_field in ("VAL", "PROC")
        return "" if plain else "is a field: FLNK processes a record; name it alone"
    if dbf == "NOACCESS" and special != "SPC_DBADDR" and link.target_field != "VAL":  # arrays are SPC_DBADDR
        return "has no value that a link can read or write"
    if link.link_type == "OUTLINK" and special == "SPC_NOMOD":
        return "cannot be written"
    is_number = link.field == "INP" and link.record.type in _NUMBERS and link.target is not None
    if is_number and dbf == "STRING" and link.target_field == "VAL":
        return f"is text, and {link.record.type} takes a number: it is read as one where it looks like one"
    return ""


@rule("link-whole", "numbers read from an image or a table")
def whole(site: Site) -> Iterator[Finding]:
    """An array's first element is EPICS's; nobody means the first pixel."""
    for link in site.connections:
        if link.target is None or link.target.type not in _WHOLE or link.target_field != "VAL":
            continue
        takes_one = link.record.type in _NUMBERS or (link.record.type == "pycalc" and _elements(site, link) == 1)
        if link.link_type == "INLINK" and takes_one:
            what = f"{link.where}: {link.link.target} is {_WHOLE[link.target.type]}{_TAKEN_WHOLE}"
            yield Finding("link-whole", link.given.location, what)


def _elements(site: Site, link: Connection) -> int:
    """How many a pycalc's input takes: MEA of INPA."""
    text = site.text(link.record, f"ME{link.field[3:]}")
    return int(text) if text.isdecimal() else 1
