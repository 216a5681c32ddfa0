"""Records that have something to read or to compute, and that nothing processes. No thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydevpva.check.connections import Connection
from pydevpva.db.instances import Instances
from pydevpva.db.model import RecordInstance

_COMPUTES = frozenset({"calc", "calcout", "sel", "sub", "aSub", "scalcout", "acalcout", "transform", "pycalc"})
_READS = frozenset({"ai", "bi", "longin", "int64in", "mbbi", "mbbiDirect", "stringin", "lsi", "aai"})

_NAMES_PUT_TO = {  # fields with the name of a PV that the record puts to
    "sscan": re.compile("(P[1-4]|T[1-4]|A1|BS|AS)PV"),
    "swait": re.compile("OUTN"),
}


def idle(instances: Instances, connections: Sequence[Connection]) -> Iterator[tuple[RecordInstance, list[Connection]]]:
    """Each of them, and the links that read it."""
    processed = {link.processes[1].name for link in connections if link.processes is not None}
    processed |= {link.target.name for link in connections if link.target is not None and link.link_type == "OUTLINK"}
    processed |= {name for record in instances.values() for name in _put_to_by_name(record)}
    readers: dict[str, list[Connection]] = {}
    for link in connections:
        if link.target is not None and link.link_type == "INLINK":
            readers.setdefault(link.target.name, []).append(link)
    for record in instances.values():
        if record.name not in processed and not _starts_itself(record) and _has_work(record):
            yield record, readers.get(record.name, [])


def _put_to_by_name(record: RecordInstance) -> Iterator[str]:
    if (fields := _NAMES_PUT_TO.get(record.type)) is not None:
        for name, given in record.fields.items():
            if fields.fullmatch(name):
                yield given.text.strip().partition(".")[0]


def _starts_itself(record: RecordInstance) -> bool:
    return _text(record, "SCAN") not in ("", "Passive", "0") or _text(record, "PINI") not in ("", "NO", "0")


def _text(record: RecordInstance, name: str) -> str:
    given = record.fields.get(name)
    return given.text.strip() if given is not None else ""


def _has_work(record: RecordInstance) -> bool:
    if record.type in _READS:
        text = _text(record, "INP")
        return text[:1] == "@" or _is_pv(text)
    return record.type in _COMPUTES and any(
        _is_pv(given.text) for name, given in record.fields.items() if name[:3] == "INP"
    )


def _is_pv(text: str) -> bool:
    return text.strip()[:1] not in ("", *"@#{[") and any(c.isalpha() for c in text)
