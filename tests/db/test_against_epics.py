"""The same .db texts through EPICS's dbLoadRecords and ours: what loads, and which field texts it gives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pydevpva.db.batch import Instances
from pydevpva.db.definitions import Definitions
from pydevpva.db.lexis import plain
from pydevpva.db.loader import load_records, parse_macros
from pydevpva.db.template import load_template
from pydevpva.db.values import value_of
from pydevpva.errors import LoadError

GOOD = {
    "plain": 'record(ai, "$(P)a") { field(VAL, "1.5") field(EGU, "mm") }',
    "bare values": "record(ai, $(P)a) { field(VAL, 5) field(EGU, mm) field(DESC, a-b.c_d+e) field(PREC, 0x1F) }",
    "single quotes": 'record(ai, "$(P)a") { field(DESC, \'say "hi"\') }',
    "escapes": r'record(stringin, "$(P)a") { field(VAL, "a\tb\\c\"d\x41\e\n") }',
    "octal and spaces": 'record(longin, "$(P)a") { field(VAL, " 010 ") field(HIGH, "-0x10") field(LOW, "") }',
    "wrapped integer": 'record(longin, "$(P)a") { field(VAL, "4294967297") field(PHAS, "70000") }',
    "floats": 'record(ai, "$(P)a") { field(VAL, "0x1p4") field(HIHI, "1e3") field(LOLO, "-inf") field(HIGH, NaN) }',
    "menus": 'record(ai, "$(P)a") { field(SCAN, "1 second") field(PINI, "1") field(HHSV, MAJOR) field(HSV, "") }',
    "dtyp": 'record(ai, "$(P)a") { field(DTYP, "Raw Soft Channel") }',
    "json link": 'record(ai, "$(P)a") { field(INP, {const: [1, 2, 3,],}) field(FLNK, "$(P)b PP") }',
    "json bare words": 'record(ai, "$(P)a") { field(INP, {calc: {expr: A, args: [1, {const: 2}]}}) }',
    "infos": 'record(ai, "$(P)a") { info(a, "b") info("Q:form", \'Hex\') info(group, {x: {+id: "y", z: [1,2,]}}) }',
    "merge": 'record(ai, "$(P)a") { field(VAL, 1) field(EGU, "x") } record(ai, "$(P)a") { field(VAL, 2) }',
    "star": 'record(ai, "$(P)a") { field(VAL, 1) } record("*", "$(P)a") { field(EGU, "x") }',
    "removal": 'record(ai, "$(P)a") { field(VAL, 1) } record(ai, "$(P)b") {} record("#", "$(P)a") { }',
    "removal of nothing": 'record("#", "$(P)nothing")',
    "aliases": 'record(ai, "$(P)a") { alias("$(P)b") } alias("$(P)b", "$(P)c") record("*", "$(P)c") { field(EGU, V) }',
    "no body": 'record(ai, "$(P)a") grecord(ai, "$(P)b")',
    "comments": '# one\nrecord(ai, "$(P)a") { # "two\n field(VAL, # three\n 7) }#four',
    "macro defaults": 'record(ai, "$(P)a") { field(DESC, "$(X=d)$(Y=$(W))${Q=}$(R=a b)$(S,T=9)") }',
    "macro in single quotes": 'record(ai, "$(P)a") { field(DESC, "it\'s $(W)") }',
    "undefined in a comment": '# $(UNDEFINED)\nrecord(ai, "$(P)a") {}',
    "nomod is settable": 'record(waveform, "$(P)a") { field(FTVL, "LONG") field(NELM, "5") field(NORD, "2") }',
    "calc": 'record(calc, "$(P)a") { field(CALC, "A+B>3?1:0") field(INPA, "$(P)b.VAL CP MSS") }',
    "hardware": 'record(ai, "$(P)a") { field(INP, "#C1 S2 @par") } record(bi, "$(P)b") { field(INP, "@asyn(x)") }',
    "breaktable": 'breaktable(typeX) { 0 0, 1 2\n 3 4 } record(ai, "$(P)a")',
    "strange names": 'record(ai, "$(P)a:b-c<d>[1];{x}/%&") {}',
    "utf-8": 'record(ai, "$(P)a") { field(EGU, "µm") }',
}
BAD = {
    "no type": 'record(aj, "$(P)a") {}',
    "no field": 'record(ai, "$(P)a") { field(VALL, 1) }',
    "not a number": 'record(ai, "$(P)a") { field(VAL, "1x") }',
    "not an integer": 'record(longin, "$(P)a") { field(VAL, "1.5") }',
    "64 bits": 'record(longin, "$(P)a") { field(VAL, "99999999999999999999") }',
    "menu": 'record(ai, "$(P)a") { field(SCAN, "1 seconds") }',
    "menu index": 'record(ai, "$(P)a") { field(PINI, "77") }',
    "dtyp": 'record(ai, "$(P)a") { field(DTYP, "none such") }',
    "too long": 'record(ai, "$(P)a") { field(EGU, "0123456789abcdef") }',
    "long name": 'record(ai, "$(P)0123456789012345678901234567890123456789012345678901234567890") {}',
    "retype": 'record(ai, "$(P)a") {} record(ao, "$(P)a") {}',
    "star of nothing": 'record("*", "$(P)a") {}',
    "alias clash": 'record(ai, "$(P)a") {} record(ai, "$(P)b") {} alias("$(P)a", "$(P)b")',
    "alias of nothing": 'alias("$(P)a", "$(P)b")',
    "name dot": 'record(ai, "$(P)a.b") {}',
    "undefined macro": 'record(ai, "$(P)a") { field(DESC, "$(UNDEFINED)") }',
    "noaccess": 'record(waveform, "$(P)a") { field(VAL, "1") }',
    "NAME": 'record(ai, "$(P)a") { field(NAME, "b") }',
    "calc": 'record(calc, "$(P)a") { field(CALC, "A+") }',
    "json": 'record(ai, "$(P)a") { field(INP, {const: }) }',
    "json text": 'record(ai, "$(P)a") { field(INP, "{const: [}") }',
    "link kind": 'record(ai, "$(P)a") { field(INP, {none: 1}) }',
    "hash": 'record(ai, "$(P)a") { field(INP, "#X1") }',
    "open string": 'record(ai, "$(P)a") { field(DESC, "x\n) }',
    "tab in string": 'record(ai, "$(P)a") { field(DESC, "x\ty") }',
    "colon bare": 'record(ai, "$(P)a") { field(FLNK, a:b) }',
    "bad escape": r'record(ai, "$(P)a") { field(DESC, "\x4") }',
    "no brace": 'record(ai, "$(P)a") { field(DESC, "x")',
    "breaktable": "breaktable(typeY) { 0 0 1 }",
    "comma": 'record(ai "$(P)a") {}',
}
CASES = GOOD | {f"bad {name}": text for name, text in BAD.items()}
MACROS = "P=c{number}:,W='w w',S=s$(T)"
FIELD = re.compile(r'\tfield\((\w+),"((?:[^"\\]|\\.)*)"\)|\tinfo\("([^"]+)","((?:[^"\\]|\\.)*)"\)')
HEAD = re.compile(r'^g?record\((\w+),"([^"]+)"\) \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def run_epics(directory: Path) -> None:
    """Load all cases of a directory with EPICS."""
    script = Path(__file__).with_name("real_epics.py")
    for _ in range(20):
        command = [sys.executable, str(script), str(directory)]
        if subprocess.run(command, timeout=60, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
            return
    raise AssertionError("EPICS crashes again and again")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with what EPICS made of all cases; those to be refused apart, as they spoil its parser's state."""
    directory = tmp_path_factory.mktemp("real")
    for number, (name, text) in enumerate(CASES.items()):
        place = directory if name in GOOD else directory / "bad"
        place.mkdir(exist_ok=True)
        (place / f"{number}.db").write_text(text + "\n")
        (place / f"{number}.macros").write_text(MACROS.format(number=number))
    run_epics(directory)
    run_epics(directory / "bad")
    return directory


@pytest.mark.parametrize(("number", "name"), list(enumerate(CASES)), ids=list(CASES))
def test_loads_what_epics_loads(number: int, name: str, real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(real if name in GOOD else real / "bad")
    known, definitions = Instances(), Definitions()
    macros = parse_macros(MACROS.format(number=number))
    accepted = Path(f"{number}.status").read_text() == "0"
    assert accepted == (name in GOOD)
    if not accepted:
        with pytest.raises(LoadError):
            load_records(f"{number}.db", macros, definitions, known)
        assert not known
        return
    load_records(f"{number}.db", macros, definitions, known)
    dump = (real / "dump").read_text()
    theirs = {m[2]: (m[1], m[3]) for m in HEAD.finditer(dump) if m[2].startswith(f"c{number}:")}
    assert theirs.keys() == known.keys()
    aliases = {alias: record for record, alias in re.findall(r'^alias\("([^"]+)","([^"]+)"\)', dump, re.MULTILINE)}
    assert known.aliases == {alias: record for alias, record in aliases.items() if record in theirs}
    for record_name, (kind, body) in theirs.items():
        compare(known, record_name, kind, body, definitions)


def compare(known: Instances, name: str, kind: str, body: str, definitions: Definitions) -> None:
    """Every field and info that we have says the same as EPICS's dump."""
    record, fields = known[name], definitions.record_type(kind).fields
    assert record.type == kind
    found = {m[1] or "info " + m[3]: plain(f'"{m[2] if m[1] else m[4]}"') for m in FIELD.finditer(body)}
    for field, given in record.fields.items():
        ours, theirs = (value_of(t, fields[field], kind, definitions) for t in (given.text, found[field]))
        assert str(ours).strip() == str(theirs).strip(), field
    assert record.infos == {key[5:]: text for key, text in found.items() if key.startswith("info ")}


TEMPLATES = {
    "pattern": 'file "a.db" { pattern {N, V} {"a", 1} {b 2} {c, "3 4",} }',
    "definitions": "file a.db { {N=a, V=1} {N=b V='2'} }",
    "globals": 'global {V=5} file a.db { {N=a} global {V=6} {N=b} } file "a.db" { pattern {N} {c} }',
    "no values": "global {N=a,V=1} file a.db { {} } file a.db {}",
    "old form": "file a.db { pattern {N,V} word {a, 1} }",
    "too many": "file a.db { pattern {N,V} {a, 1, 2} }",
    "nested": 'file a.db { {N="a$(M)", V="$(W)"} } # comment',
}


def test_templates_ask_for_what_epics_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.db").write_text('record(stringin, "$(P)$(N)") { field(VAL, "$(V)") }\n')
    for number, text in enumerate(TEMPLATES.values()):
        Path(f"{number}.substitutions").write_text(text + "\n")
        Path(f"{number}.macros").write_text(f"P=t{number}:,M=m,W=w")
    Path("a.macros").write_text("P=t:,N=n,V=v")
    run_epics(tmp_path)
    dump = Path("dump").read_text()
    theirs = {m[2]: dict(re.findall(r'field\((\w+),"(.*)"\)', m[3]))["VAL"] for m in HEAD.finditer(dump)}
    known = Instances()
    for number in range(len(TEMPLATES)):
        load_template(f"{number}.substitutions", {"P": f"t{number}:", "M": "m", "W": "w"}, Definitions(), known)
    theirs.pop("t:n")
    assert {name: record.fields["VAL"].text for name, record in known.items()} == theirs
