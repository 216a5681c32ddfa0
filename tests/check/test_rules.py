"""pydevpva check: each rule on a database, or a startup script, that breaks it, and on one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.check.command import check
from pydevpva.check.finding import told
from pydevpva.check.registry import rules
from tests.ioc_process import ROOT

ACF = "ASG(DEFAULT) { RULE(1, WRITE) }\nASG(SITE) { RULE(1, READ) }\n"
MODULE = "import pydev\ndef read(): return 1\ndef loop(): pydev.iointr('level', 1)\n"
SCAN = 'field(SCAN, "1 second")'
# rule: what breaks it, what does not, what is said. A text with dbLoadRecords or pydev is a startup script
FIGURES = {"Slow": 0.156618, "Gone": 9.0}
CASES: dict[str, tuple[str, str, str]] = {
    "load": (
        'record(ai, "A") { field(HOPRR, "1") }', 'record(ai, "A") { field(HOPR, "1") }',
        'x.db:1:19: record "A": no field HOPRR in ai; did you mean HOPR or LOPR?',
    ),
    "odd": (
        'record(ai, "A") { field(SCAN, "1 second") field(SIML, "@x") }', 'record(ai, "A") { field(SIML, "1") }',
        "x.db:1:43: A.SIML: the link must be a constant or a PV; Python code goes into INP or OUT of a record with "
        'field(DTYP, "pydev"); the field has no link now',
    ),
    "unsupported": (
        'record(scaler, "A") {} record(scaler, "B") {}', 'record(motor, "A") {}',
        'x.db:1:1: scaler is not here: record type "scaler" (2 times); Python talks to devices here (sockets, '
        "pyserial, the maker's package), called by records with field(DTYP, \"pydev\")",
    ),
    "link-misspelled": (
        f'record(ai, "Tank:Level") {{ {SCAN} }} record(ai, "B") {{ {SCAN} field(INP, "Tank:Levle") }}',
        f'record(ai, "Tank:1") {{ {SCAN} }} record(ai, "B") {{ {SCAN} field(INP, "Tank:2") field(SIOL, "Far:Off") }}',
        "x.db:1:96: B.INP: no record Tank:Levle; did you mean Tank:Level?",
    ),
    "link-elsewhere": (
        f'record(ai, "B") {{ {SCAN} field(INP, "Far:Off") }}', f'record(ai, "B") {{ {SCAN} field(INP, "B.HOPR") }}',
        "x.db:1:43: B.INP: Far:Off is looked for in other IOCs",
    ),
    "link-left-out": (
        f'record(scaler, "M") {{}} record(ai, "B") {{ {SCAN} field(INP, "M.S1") }}',
        f'record(ao, "M") {{}} record(ai, "B") {{ {SCAN} field(INP, "M.OVAL") }}',
        'x.db:1:66: B.INP: M is not supported here (record type "scaler")',
    ),
    "link-field": (
        f'record(ao, "A") {{}} record(ai, "B") {{ {SCAN} field(INP, "A.DRVHH") }}',
        f'record(ao, "A") {{}} record(ai, "B") {{ {SCAN} field(INP, "A.DRVH PP MS") }}',
        "x.db:1:62: B.INP: no field DRVHH in A, which is ao; did you mean DRVH or DRVL?",
    ),
    "link-type": (
        'record(ao, "A") { field(OUT, "B.STAT") } record(ao, "B") {}',
        'record(ao, "A") { field(OUT, "B.VAL") } record(ao, "B") {}',
        "x.db:1:19: A.OUT: B.STAT cannot be written",
    ),
    "link-whole": (
        'record(pycalc, "A") { field(INPA, "B") field(CALC, "A.mean()") } record(ndarray, "B") {}',
        'record(pycalc, "A") { field(INPA, "B") field(MEA, "100") field(CALC, "A") } record(ndarray, "B") {}',
        "x.db:1:23: A.INPA: B is an image, of which a number is the first pixel; "
        "the INPA..INPL of an ndarray or a table take it whole",
    ),
    "cycle": (
        'record(calc, "A") { field(FLNK, "B") } record(calc, "B") { field(FLNK, "A") }',
        'record(calc, "A") { field(FLNK, "B") } record(calc, "B") { field(INPA, "A NPP") }',
        "x.db:1:21: A -> B -> A: process each other; EPICS ends it where it began (A.FLNK)",
    ),
    "never-processed": (
        'record(ai, "A") { field(DTYP, "pydev") field(INP, "@1") }',
        'record(ai, "A") { field(DTYP, "pydev") field(INP, "@1") field(PINI, "YES") } record(ao, "B") {}',
        "x.db:1:1: A: nothing processes it: no SCAN, no PINI, no FLNK, no PP link to it",
    ),
    "npp": (
        'record(ai, "A") { field(INP, "B") } record(ai, "C") { field(SCAN, "1 second") field(INP, "A") } '
        'record(ao, "B") {}',
        'record(ai, "A") { field(INP, "B") } record(ai, "C") { field(SCAN, "1 second") field(INP, "A PP") } '
        'record(ao, "B") {}',
        "x.db:1:79: C.INP: reads A NPP, which nothing processes: PP was meant, or a SCAN",
    ),
    "iointr-none": (
        'record(ai, "A") { field(SCAN, "I/O Intr") field(DTYP, "pydev") field(INP, "@f()") }',
        'record(ai, "A") { field(SCAN, "I/O Intr") field(DTYP, "pydev") field(INP, "@pydev.iointr(\'x\')") }',
        "x.db:1:19: A: the link is not pydev.iointr('name') alone: I/O Intr has no event to wait for",
    ),
    "scan-too-fast": (
        'record(ai, "Slow") { field(SCAN, ".1 second") }', 'record(ai, "Slow") { field(SCAN, ".2 second") }',
        'x.db:1:22: Slow: its Python takes 0.157 s, which is more than its SCAN ".1 second"',
    ),
    "limit-no-severity": (
        'record(ai, "A") { field(HIGH, "5") }', 'record(ai, "A") { field(HIGH, "5") field(HSV, "MINOR") }',
        "x.db:1:19: A: HIGH without HSV: no alarm is raised",
    ),
    "severity-no-limit": (
        'record(ai, "A") { field(HSV, "MINOR") }', 'record(ai, "A") { field(HSV, "NO_ALARM") }',
        "x.db:1:19: A: HSV without HIGH, which is then 0",
    ),
    "range": (
        'record(ai, "A") { field(HOPR, "1") field(LOPR, "2") }',
        'record(ai, "A") { field(HOPR, "2") field(LOPR, "1") }',
        "x.db:1:19: A: HOPR 1 is not above LOPR 2",
    ),
    "missing-egu": ('record(ai, "A") {}', 'record(ai, "A") { field(EGU, "mm") }', "x.db:1:1: A: no EGU"),
    "missing-prec": (
        'record(ai, "A") {}', 'record(ai, "A") { field(PREC, "0") }',
        "x.db:1:1: A: no PREC: clients that go by it show whole numbers",
    ),
    "duplicate": (
        'record(ao, "A") {}\nrecord(ao, "A") {}', 'record(ao, "A") {}\nrecord("*", "A") {}',
        'x.db:2:1: record "A" is there already, from x.db:1:1; record(*, ...) adds to it on purpose',
    ),
    "name": (
        'record(ao, "12") {}', 'record(ao, "A12") {}', 'x.db:1:1: "12": a link to this record would be a number',
    ),
    "info": (
        'record(ao, "A") { info(Q:grup, "{}") }', 'record(ao, "A") { info(mine, "x") }',
        "x.db:1:1: A: info(Q:grup) means nothing; did you mean Q:group?",
    ),
    "python-compiles": (
        'record(ao, "A") { field(DTYP, "pydev") field(OUT, "@a b") }',
        'record(ao, "A") { field(DTYP, "pydev") field(OUT, "@a(VAL)") }',
        "x.db:1:40: A.OUT: SyntaxError: invalid syntax",
    ),
    "macro-undefined": (
        'record(ao, "A$(N)") {}', 'record(ao, "A$(N=1)") {}', 'x.db:1:1: the name "A$(N)" has an undefined macro',
    ),
    "macro-unused": (
        'dbLoadRecords("macros.db", "P=A,R=B")', 'dbLoadRecords("macros.db", "P=A")',
        "st.cmd:1: macros.db has no use for the macro R",
    ),
    "command": (
        'dbLoadRecord("x.db")', "iocInit", "st.cmd:1: no command dbLoadRecord; did you mean dbLoadRecords?",
    ),
    "asg": (
        'asSetFilename("x.acf")\ndbLoadRecords("asg.db", "G=SIDE")',
        'asSetFilename("x.acf")\ndbLoadRecords("asg.db", "G=SITE")',
        "asg.db:1:19: A: no ASG(SIDE) in {folder}/x.acf; did you mean SITE?; the record is of DEFAULT",
    ),
    "python-syntax": (
        'pydev("1 +")', 'pydev("import site_code")', "st.cmd:1: SyntaxError: invalid syntax",
    ),
    "python-module": (
        'pydev("import sight_code")', 'pydev("import site_code, json")',
        'st.cmd:1: no module "sight_code": not in PYTHONPATH, not installed',
    ),
    "python-name": (
        'pydev("import site_code")\ndbLoadRecords("code.db", "CODE=site_code.raed()")',
        'pydev("import site_code")\ndbLoadRecords("code.db", "CODE=site_code.read() + len(NAME)")',
        "code.db:1:40: A.INP: site_code.py has no raed; did you mean read?",
    ),
    "event-unpublished": (
        'pydev("import site_code")\ndbLoadRecords("event.db", "EVENT=levle")',
        'pydev("import site_code")\ndbLoadRecords("event.db", "EVENT=level")',
        "event.db:1:19: A: no Python of this site publishes pydev.iointr('levle', ...); did you mean level?",
    ),
}  # fmt: skip
FILES = {
    "x.acf": ACF,
    "site_code.py": MODULE,
    "macros.db": 'record(ao, "$(P)") {}',
    "asg.db": 'record(ao, "A") { field(ASG, "$(G)") }',
    "code.db": 'record(ai, "A") { field(DTYP, "pydev") field(INP, "@$(CODE)") field(PINI, "YES") }',
    "event.db": 'record(ai, "A") { field(SCAN, "I/O Intr") field(DTYP, "pydev") '
    "field(INP, \"@pydev.iointr('$(EVENT)')\") }",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(text: str, code: str, folder: Path) -> list[str]:
    """What a rule alone says of a text, each with its place."""
    path = "x.db" if text.startswith("record") else "st.cmd"
    (folder / path).write_text(text)
    return [f"{found.location}: {found.message}" for found in told(check([path], "", [rules()[code]], FIGURES))]


@pytest.mark.parametrize("code", CASES)
def test_a_rule(code: str, folder: Path) -> None:
    dirty, clean, expected = CASES[code]
    assert said(dirty, code, folder) == [expected.replace("{folder}", str(folder))]
    assert said(clean, code, folder) == []


def test_every_rule_has_a_case_and_an_entry_in_the_documentation() -> None:
    page = (ROOT / "docs" / "checking.md").read_text()
    assert set(CASES) == set(rules())
    assert [code for code in rules() if f"| `{code}` |" not in page] == []


def test_what_is_clean_is_clean_for_all_rules_that_are_not_asked_for(folder: Path) -> None:
    text = 'record(ai, "A") { field(INP, "B CP") field(EGU, "mm") } record(ao, "B") { field(DRVH, "5") }'
    (folder / "x.db").write_text(text)
    assert check(["x.db"]) == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ('record(calc, "A") { field(INPA, "A CP") }', "A: processes itself by CP, again and again (A.INPA)"),
        (
            'record(calc, "A") { field(INPA, "B CP") } record(calc, "B") { field(INPA, "A CP") }',
            "B -> A -> B: feed each other by CP, and need not end (A.INPA)",
        ),
        (
            'record(ao, "A") { field(OUT, "B PP") } record(fanout, "B") { field(LNK1, "A.PROC") }',
            "A -> B -> A: process each other; EPICS ends it where it began (A.OUT)",
        ),
    ],
)
def test_circles(text: str, end: str, folder: Path) -> None:
    (line,) = said(text, "cycle", folder)
    assert line.endswith(end)


# as databases of public repositories have them: arrays of aSub, and swait, which waits for its inputs by itself
RIGHT = {
    "arrays of aSub are written and read": (
        'record(aSub, "S") {} record(ao, "O") { field(OUT, "S.A") } record(fanout, "F") { field(LNK1, "S") }'
        ' record(dfanout, "D") { field(OUTA, "S.VALA") } record(waveform, "W") { field(SCAN, "1 second")'
        ' field(INP, "S.VALB") }'
    ),
    "sscan processes what it triggers, swait what it writes": (
        'record(calc, "A") { field(INPA, "B") } record(calc, "C") { field(INPA, "B") } record(ao, "B") {}'
        ' record(sscan, "S") { field(T1PV, "A.PROC") field(D01PV, "A") } record(swait, "W") { field(OUTN, "C.PROC") }'
    ),
    "swait has I/O Intr of its own": 'record(swait, "W") { field(SCAN, "I/O Intr") field(INAN, "Far:Off") }',
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_nothing_is_said_of_what_is_right(text: str, folder: Path) -> None:
    (folder / "x.db").write_text(text)
    assert check(["x.db"]) == []


def test_a_long_chain_is_no_circle(folder: Path) -> None:
    text = "\n".join(f'record(calc, "C{i}") {{ field(FLNK, "C{i + 1}") }}' for i in range(5000))
    assert said(text + '\nrecord(calc, "C5000") {}', "cycle", folder) == []


@pytest.mark.parametrize("kind", ["sel", "sub", "dfanout", "epid", "scalcout", "acalcout"])
def test_alarm_limits_are_looked_at_in_all_types_that_have_them(kind: str, folder: Path) -> None:
    text = f'record({kind}, "A") {{ field(HIHI, "5") }}'
    (line,) = said(text, "limit-no-severity", folder)
    assert line.endswith("A: HIHI without HHSV: no alarm is raised")
