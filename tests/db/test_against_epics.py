"""The same texts through EPICS and through us: what loads and which field texts it gives, or what is complained of at
which line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pydevpva.db.definitions import Definitions
from pydevpva.errors import LoadError
from tests.db import complaints, real_epics
from tests.db.corpus import Case, difference

SUITE = Path(__file__).parents[1] / "conformance" / "cases"

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
    "alias again": 'record(ai, "$(P)a") { alias("$(P)b") alias("$(P)b") } alias("$(P)a", "$(P)b")',
    "statements in strings": 'record(ai, "$(P)a") { field(INP, {const: 1}) field(DESC, "link (a) record(b, c)") }',
    "keywords in quotes": 'record("ai", "record") { field("EGU", field) info("menu", {path: "x", include: link}) }',
    "tab in a name": 'record(ai, "$(P)a\tb")',
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
    "second line": '\n\nrecord(ai, "$(P)a") {\n field(EGU, "x")\n field(NONE, "1")\n field(PREC, "x")\n}',
    "field in a retyped record": 'record(ai, "$(P)a")\nrecord(ao, "$(P)a") {\n field(INP, "x")\n}\nrecord(aj, "b")',
    "star field": 'record(ai, "$(P)a")\nrecord("*", "$(P)a") {\n field(NONE, "x")\n}',
    "empty name": '\nrecord(ai, "") {\n}',
    "alias with a dot": '\nrecord(ai, "$(P)a") {\n alias("b.c")\n}',
    "alias of a field": 'record(ai, "$(P)a")\nalias("$(P)a.VAL", "b")',
    "alias with an undefined macro": 'record(ai, "$(P)a")\n\nalias("$(P)none", "$(U)")',
    "alias twice": 'record(ai, "$(P)a") {\n alias("b")\n alias("b")\n}\nalias("$(P)a", "$(P)a")',
    "info without a name": 'record(ai, "$(P)a") {\n info("", "b")\n}',
    "misspelt keyword": 'record(ai, "$(P)a") {\n field(EGU, "x")\n fild(EGU, "x")\n}',
    "misspelt statement": 'record(ai, "$(P)a")\n\nrecrd(ai, "$(P)b")',
    "brace missing": 'record(ai, "$(P)a") {\n field(EGU, "x")\n\nrecord(ai, "$(P)b") {\n}',
    "parenthesis missing": 'record(ai, "$(P)a") {\n field(EGU, "x"\n field(PREC, "1")\n}',
    "extra brace": 'record(ai, "$(P)a") {\n}\n}',
    "keyword as a type": '\nrecord(record, "$(P)a") {\n}',
    "keyword as a field": 'record(ai, "$(P)a") {\n field(alias, "x")\n}',
    "path in a record": 'record(ai, "$(P)a") {\n path "x"\n}',
    "include in a field": 'record(ai, "$(P)a") {\n field(EGU, include "good.inc" "x")\n}',
    "value missing": 'record(ai, "$(P)a") {\n field(EGU, )\n}',
    "macro without an end": '\nrecord(ai, "$(P)a") {\n field(EGU, "$(P")\n}',
    "macro without an end in a comment": '# see $(TOP\nrecord(ai, "$(P)a")',
    "single quoted name": "\nrecord(ai, 'x') {}",
    "field without a value": 'record(ai, "$(P)a") {\n field(EGU)\n}',
    "bad character": 'record(ai, "$(P)a") {\n &\n}',
    "percent": '\nrecord(ai, "$(P)a") {\n % x\n}',
    "array": 'record(ai, "$(P)a") {\n field(INP, [1, 2\n 3])\n}',
    "object": 'record(ai, "$(P)a") {\n field(INP, {const 1})\n}',
    "missing include": 'record(ai, "$(P)a")\n\ninclude "none.inc"\nrecord(ai, "$(P)b") {\n field(NONE, 1) }',
    "error in an include": 'include "good.inc"\ninclude "bad.inc"\n',
    "error behind an include": 'include "good.inc"\n\nrecord(ai, "$(P)a") {\n field(NONE, 1) }\n',
    "undefined macros": 'record(ai, "$(P)a") {\n field(VAL, "$(U)")\n field(INP, "$(U) PP")\n field(SCAN, "$(U)")\n}',
    "values": 'record(ai, "$(P)a") {\n field(VAL, "z")\n field(HSV, "BAD")\n field(INP, {z: 1})\n field(DTYP, "z")\n}',
    "nothing to set": 'record(compress, "$(P)a") {\n field(TIME, "1")\n field(NAME, "1")\n field(BPTR, "1")\n}',
    "expressions": 'record(calcout, "$(P)a") {\n field(CALC, "A+")\n field(OCAL, "(A")\n}',
    "numbers": 'record(longout, "$(P)a") {\n field(VAL, "1e3")\n field(DRVH, "0x")\n field(ADEL, "08")\n}',
    "devices": '\ndevice(ai, INST, devX, "x")\ndevice(aj, INST_IO, devX, "x")',
    "breaktable of a word": "\nbreaktable(t) {\n 1 2\n x 3\n}",
    "breaktable slope": "\nbreaktable(t) {\n 1 2\n 2 3\n 3 2\n}",
    "breaktable of one": "\nbreaktable(t) {\n 1 2\n}",
}
MACROS = "P=c{number}:,W='w w',S=s$(T)"


def loads(directory: Path, texts: Mapping[str, str], kind: str, suffix: str) -> list[Case]:
    """EPICS loads the texts, each as a file of its own."""
    made = []
    for number, text in enumerate(texts.values()):
        (directory / f"{number}{suffix}").write_text(text + "\n")
        job = {"file": f"{number}{suffix}", "kind": kind, "directory": str(directory), "path": "", "environment": {}}
        job |= {"macros": MACROS.format(number=number), "result": str(directory / str(number))}
        made.append(Case(directory / f"{number}{suffix}", "", job))
    real_epics.run([case.job for case in made], [])
    return made


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return loads(tmp_path_factory.mktemp("good"), GOOD, "db", ".db")


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    directory = tmp_path_factory.mktemp("bad")
    (directory / "good.inc").write_text('record(ai, "included")\n')
    (directory / "bad.inc").write_text('\nrecord(ai, "included") {\n field(NONE, 1) }\n')
    return loads(directory, BAD, "db", ".db")


@pytest.mark.parametrize(("number", "name"), list(enumerate(GOOD)), ids=list(GOOD))
def test_loads_what_epics_loads(number: int, name: str, good: list[Case], base: Definitions) -> None:
    assert difference(good[number], base) == ("loaded", "")


@pytest.mark.parametrize(("number", "name"), list(enumerate(BAD)), ids=list(BAD))
def test_complains_as_epics_at_the_same_line(number: int, name: str, bad: list[Case], base: Definitions) -> None:
    assert difference(bad[number], base) == ("refused", "")


BAD_TEMPLATES = {
    "no such file": '\nfile "none.db" { {} }',
    "a bad set": 'file "bad.inc" {\n {} \n{A=B} }',
    "no keyword": "\n\nfiles a.db { {} }",
    "empty": "",
    "only a comment": "# nothing\n\n",
    "no name": "file\n{ {} }",
    "no brace": "file good.inc\n pattern {A} {b}",
    "not closed": 'file "good.inc" {\n {A=b}\n',
    "set not closed": 'file "good.inc" {\n {A=b\n',
    "open quote": 'file "good.inc" {\n pattern {A}\n {"b}\n}',
    "bad character": "file good.inc {\n pattern {A}\n {$(P)}\n}",
    "bad character behind a bad set": "file bad.inc {\n pattern {A}\n {x}\n {$(P)}\n}",
    "no equals sign": "file good.inc {\n {A=1,\nB}\n}",
    "no value": "file good.inc {\n {A=}\n}",
    "pattern of quotes": 'file good.inc {\n pattern {"A"}\n {1}}',
    "value with equals sign": "file good.inc {\n pattern {A}\n {A=1}}",
    "keyword as a name": "file good.inc {\n pattern {\nfile}\n {1}}",
    "keyword as a value": "file good.inc {\n pattern {A}\n {\nglobal}}",
    "keyword for a file": "\nfile pattern { {} }",
    "comma first": "file good.inc {\n {\n, A=1}}",
    "comma before the first value": "file good.inc {\n pattern {A}\n {\n, 1}}",
    "comma before the first name": "file good.inc {\n pattern {\n, A}}",
    "bad character behind good sets": "file bad.inc {\n {} % {}\n}",
    "global without braces": "\nglobal A=1\n",
    "extra brace": "file good.inc { {} }\n}",
}


def test_bad_templates_are_complained_of_as_in_epics(tmp_path: Path, base: Definitions) -> None:
    (tmp_path / "good.inc").write_text('record(ai, "included")\n')
    (tmp_path / "bad.inc").write_text('\nrecord(ai, "included") {\n field(NONE, 1) }\n')
    made = loads(tmp_path, BAD_TEMPLATES, "substitutions", ".substitutions")
    found = {name: difference(case, base) for name, case in zip(BAD_TEMPLATES, made, strict=True)}
    assert found == dict.fromkeys(BAD_TEMPLATES, ("refused", ""))


BAD_DEFINITIONS = {
    "field type": "\nrecordtype(zz) {\n field(A, DBF_NONE) {\n prompt(x) } }",
    "attribute": "recordtype(zz) {\n field(NAME,DBF_STRING) {\n size(61)\n }\nfield(A, DBF_LONG) {\n asl(ASL2)\n } }",
    "menu": 'recordtype(zz) {\n field(A, DBF_MENU) {\n prompt("x")\n menu(none)\n } }',
    "device type": '\ndevice(none, CONSTANT, devX, "x")',
    "device link": '\ndevice(ai, CONST, devX, "x")\ndevice(ai,INST_IO,devY,\n"y")',
    "arguments": "\nregistrar(a,b)",
    "breaktable": "\nbreaktable(x) {\n 1 2 3\n}",
    "breaktable slope": "\nbreaktable(x) {\n 1 2\n2 2\n}",
    "breaktable number": "\nbreaktable(x) {\n 1 2\n a 2\n}",
    "include": '\n\ninclude "none.dbd"',
    "choice": "\nmenu(m) {\n choice(a)\n }",
    "word": "\nmenus(m)",
}


def test_bad_definitions_are_complained_of_as_in_epics(tmp_path: Path) -> None:
    made = loads(tmp_path, BAD_DEFINITIONS, "dbd", ".dbd")
    found = {}
    for name, case in zip(BAD_DEFINITIONS, made, strict=True):
        with pytest.raises(LoadError) as caught:
            Definitions().load(str(case.path), [str(tmp_path)])
        accepted, said, _ = case.epics()
        its, mine = complaints.theirs(said), complaints.ours(caught.value.problems)
        found[name] = (accepted, complaints.same(its, mine) or (its, mine))
    assert found == dict.fromkeys(BAD_DEFINITIONS, (False, True))


def test_databases_of_the_conformance_suite_load_as_in_epics(tmp_path: Path, base: Definitions) -> None:
    texts = {path.stem: path.read_text().split("\n---")[0] for path in sorted(SUITE.glob("*.txt"))}
    made = loads(tmp_path, texts, "db", ".db")
    found = {name: difference(case, base) for name, case in zip(texts, made, strict=True)}
    assert found == dict.fromkeys(texts, ("loaded", ""))


TEMPLATES = {
    "pattern": 'file "a.db" { pattern {N, V} {"a", 1} {b 2} {c, "3 4",} }',
    "definitions": "file a.db { {N=a, V=1} {N=b V='2'} }",
    "globals": 'global {V=5} file a.db { {N=a} global {V=6} {N=b} } file "a.db" { pattern {N} {c} }',
    "no values": "global {N=a,V=1} file a.db { {} } file a.db {}",
    "old form": "file a.db { pattern {N,V} word {a, 1} }",
    "too many": "file a.db { pattern {N,V} {a, 1, 2} }",
    "commas": "file a.db { {N=a,,V=1,} } file a.db { pattern {N,,V,} {b,,2,,} }",
    "nested": 'file a.db { {N="a$(M)", V="$(W)"} } # comment',
}


def test_templates_load_as_in_epics(tmp_path: Path, base: Definitions) -> None:
    (tmp_path / "a.db").write_text('record(stringin, "$(P)$(N)") { field(VAL, "$(V)") }\n')
    made = loads(tmp_path, TEMPLATES, "substitutions", ".substitutions")
    for case in made:
        case.job["macros"] = "P=t:,N=n,V=v,M=m,W=w"
    real_epics.run([case.job for case in made], [])
    found = {name: difference(case, base) for name, case in zip(TEMPLATES, made, strict=True)}
    assert found == dict.fromkeys(TEMPLATES, ("loaded", ""))
