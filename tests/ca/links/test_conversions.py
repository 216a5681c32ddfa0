"""Every type of field that Channel Access has, read and written by links of records of every kind: as dbCa does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.ca.links.near_and_far import Pair, pair
from tests.ioc_process import PATIENCE, Starter

SOURCES = {
    "double": 'record(ao, "far:double") { field(VAL, "12.34567") field(PREC, "2") }',
    "big": 'record(ao, "far:big") { field(VAL, "1.5e20") }',
    "long": 'record(longout, "far:long") { field(VAL, "-70000") }',
    "int64": 'record(int64out, "far:int64") { field(VAL, "5000000000") }',
    "text": 'record(stringout, "far:text") { field(VAL, "12.5 mm") }',
    "word": 'record(stringout, "far:word") { field(VAL, "hello") }',
    "lso": 'record(lso, "far:lso") { field(SIZV, "100") field(DOL, {const: "a long text"}) }',
    "state": 'record(bo, "far:state") { field(ZNAM, "zero") field(ONAM, "one") field(VAL, "1") }',
    "choice": 'record(mbbo, "far:choice") { field(ONST, "first") field(TWST, "2") field(TWVL, "2") field(VAL, "2") }',
    "doubles": 'record(waveform, "far:doubles") { field(FTVL, "DOUBLE") field(NELM, "5") field(INP, [1.5, -2, 300]) }',
    "floats": 'record(waveform, "far:floats") { field(FTVL, "FLOAT") field(NELM, "5") field(INP, [0.1, 2]) }',
    "chars": 'record(waveform, "far:chars") { field(FTVL, "CHAR") field(NELM, "9") field(INP, [72, 105, -1]) }',
    "uchars": 'record(waveform, "far:uchars") { field(FTVL, "UCHAR") field(NELM, "9") field(INP, [72, 200, 5]) }',
    "shorts": 'record(waveform, "far:shorts") { field(FTVL, "SHORT") field(NELM, "5") field(INP, [-1, 5]) }',
    "ushorts": 'record(waveform, "far:ushorts") { field(FTVL, "USHORT") field(NELM, "5") field(INP, [65535, 5]) }',
    "longs": 'record(waveform, "far:longs") { field(FTVL, "LONG") field(NELM, "5") field(INP, [-1, 5]) }',
    "ulongs": 'record(waveform, "far:ulongs") { field(FTVL, "ULONG") field(NELM, "5") field(INP, [4294967295]) }',
    "int64s": 'record(waveform, "far:int64s") { field(FTVL, "INT64") field(NELM, "5") field(INP, [-5000000000]) }',
    "uint64s": 'record(waveform, "far:uint64s") { field(FTVL, "UINT64") field(NELM, "5") field(INP, [5000000000]) }',
    "enums": 'record(waveform, "far:enums") { field(FTVL, "ENUM") field(NELM, "5") field(INP, [1, 2]) }',
    "texts": 'record(waveform, "far:texts") { field(FTVL, "STRING") field(NELM, "5") field(INP, ["1", "b"]) }',
    "empty": 'record(waveform, "far:empty") { field(FTVL, "DOUBLE") field(NELM, "5") }',
    "one": 'record(waveform, "far:one") { field(FTVL, "DOUBLE") field(NELM, "1") field(INP, [7]) }',
}
FIELDS = {
    "short field": "far:double.PREC", "menu field": "far:double.SCAN", "text field": "far:double.NAME",
    "uchar field": "far:double.PACT", "link field": "far:one.INP", "long text": "far:lso.VAL$",
    "device": "far:double.DTYP",
}  # fmt: skip
READERS = {
    "ai": "{}", "longin": "{}", "int64in": "{}", "stringin": "{}", "lsi": '{ field(SIZV, "50") }', "bi": "{}",
    "mbbi": "{}", "calc": '{ field(CALC, "A") }', "waveform DOUBLE": "{}", "waveform LONG": "{}",
    "waveform STRING": "{}", "waveform CHAR": "{}", "waveform UCHAR": "{}",
}  # fmt: skip
WRITERS: dict[str, tuple[str, Any]] = {
    "ao": ("{}", 3.25),
    "longout": ("{}", -2),
    "int64out": ("{}", 70000),
    "stringout": ("{}", "1"),
    "stringout two": ("{}", "first"),
    "lso": ('{ field(SIZV, "60") }', "12 and text that is longer than a string"),
    "bo": ('{ field(ZNAM, "zero") field(ONAM, "one") }', {"value.index": 1}),
    "mbbo": ('{ field(ONVL, "1") field(ONST, "first") }', {"value.index": 1}),
    "aao DOUBLE": ("{}", [1.5, 2.0, 3.0]),
    "aao STRING": ("{}", ["1", "2"]),
    "aao CHAR": ("{}", [49, 50]),
}


Forgiven = Mapping[str, Any]  # by the record's name what ours shows where EPICS's shows something else
NO_NUMBER: Forgiven = {  # dbCa has 0 for each text that is none, and no alarm for that
    f"waveform_{kind}:{source}": ([], 3, 14)
    for kind in ("DOUBLE", "LONG", "CHAR", "UCHAR")
    for source in ("word", "lso", "texts", "text_field", "link_field")
}
NOT_SHOWN = {("lsi", "chars"), ("lsi", "uchars")}  # they are no UTF-8, which p4p's clients cannot read
ZEROED = {  # dbCa sends 0 in place of a text that is no number; ours fails, and sends nothing
    f"far:out:stringout_two:{source}" for source in SOURCES if source not in ("text", "word", "lso", "state", "choice")
}
WRITTEN = {name: text for name, text in SOURCES.items() if name != "enums"}  # of which QSRV serves no array


def record(kind: str, name: str, link: str, fields: str) -> str:
    """A record of a kind such as "waveform DOUBLE", with a link."""
    rtype, *more = kind.split()
    array = f' field(FTVL, "{more[0]}") field(NELM, "20")' if more and more[0].isupper() else ""
    return f'record({rtype}, "{name}") {{ {link}{array} {fields.strip("{} ")} }}\n'


def input_name(kind: str, source: str) -> str:
    return f"{kind.replace(' ', '_')}:{source.replace(' ', '_')}"


def reading() -> tuple[str, list[str]]:
    """The near records by which each source is read."""
    sources = {name: f"far:{name}" for name in SOURCES} | FIELDS
    read = [(kind, source) for kind in READERS for source in sources if (kind, source) not in NOT_SHOWN]
    links = {kind: "INPA" if kind == "calc" else "INP" for kind in READERS}
    db = "".join(
        record(kind, input_name(kind, source), f'field({links[kind]}, "{sources[source]} CP MSS")', READERS[kind])
        for kind, source in read
    )
    return db, [input_name(kind, source) for kind, source in read]


def facts(near: Pair, names: list[str]) -> dict[str, Any]:
    """Value, severity and status of each."""
    values = near.get(names)
    severities = near.get([f"{name}.SEVR" for name in names])
    statuses = near.get([f"{name}.STAT" for name in names])
    return dict(zip(names, zip(values, severities, statuses, strict=True), strict=True))


def agree(real: Pair, ours: Pair, names: list[str], forgiven: Forgiven, prepare: Callable[[Pair], object] = id) -> None:
    """Both show the same, at last, but for what is forgiven; `prepare` is done to both before each look."""
    end = time.monotonic() + PATIENCE
    while True:
        prepare(real), prepare(ours)
        theirs, mine = facts(real, names), facts(ours, names)
        different = {name: (theirs[name], mine[name]) for name in names if repr(theirs[name]) != repr(mine[name])}
        different = {name: both for name, both in different.items() if both[1] != forgiven.get(name)}
        if not different:
            return
        assert time.monotonic() < end, "\n".join(f"{n}: dbCa {a}, ours {b}" for n, (a, b) in different.items())
        time.sleep(0.05)


def test_what_links_read_is_converted_as_dbca_does(start: Starter, tmp_path: Path) -> None:
    near, read = reading()
    far = "\n".join(SOURCES.values())
    with pair("real", start, tmp_path, near, far) as real, pair("ours", start, tmp_path, near, far) as ours:
        agree(real, ours, read, NO_NUMBER)
        assert ours.get(["ai:double", "calc:long", "stringin:state"]) == [12.34567, -70000.0, "one"]


def writing() -> tuple[str, str, dict[str, str]]:
    """The near records and the far ones, a far one of its own for each that writes; and which writes to which."""
    near, far, pairs = "", "", {}
    for kind, (fields, _) in WRITERS.items():
        for source, text in WRITTEN.items():
            name = f"out:{input_name(kind, source)}"
            target = f"far:{name}"
            far += text.replace(f"far:{source}", target) + "\n"
            near += record(kind, name, f'field(OUT, "{target} CA")', fields)
            pairs[name] = target
    return near, far, pairs


def test_what_links_write_is_converted_as_dbca_does(start: Starter, tmp_path: Path) -> None:
    near, far, pairs = writing()
    with pair("real", start, tmp_path, near, far) as real, pair("ours", start, tmp_path, near, far) as ours:
        agree(real, ours, list(pairs), {}, write_all)
        agree(real, ours, [target for target in pairs.values() if target not in ZEROED], {})
        assert ours.get(["far:out:stringout_two:double", "far:out:ao:long"]) == [12.34567, 3]


def write_all(near: Pair) -> None:
    """Each writes its value; one whose link is not connected yet does it again the next time."""
    for kind, (_, value) in WRITERS.items():
        for source in WRITTEN:
            name = f"out:{input_name(kind, source)}"
            near.put(name, value)


pytestmark = pytest.mark.process
