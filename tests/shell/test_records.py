"""The commands about records, compared character by character with EPICS's own."""

from __future__ import annotations

import re
from pathlib import Path

from tests.shell.both import OURS, both, run

DB = """
record(ai, "X:ai") { field(VAL, "3.3") field(PREC, "2") field(DESC, "hello") field(FLNK, "X:lo") info(a, "b") }
record(longout, "X:lo") { field(OUT, "X:ai.HIGH PP MS") alias("X:al") }
record(ao, "X:ao") { field(DRVH, "10") field(EGU, "mm") field(PREC, "3") }
record(int64out, "X:i6") { field(VAL, "-3") }
record(longin, "X:li") { field(INP, "7") }
record(calc, "X:ca") { field(CALC, "A+1") field(INPA, "X:ai CP") field(INPC, "4") }
alias("X:ca", "X:calias")
"""
BEFORE_INIT = """
dbgf X
dbpr X
dbtr X
dbLoadRecords
dbLoadRecords a.db
dbgf X:ai
dbpf X:ai 2
dbtr X:ai
dbl
dbl ai "VAL FLNK INP SCAN DTYP LINR STAT UDF NAME"
dbla
dbnr
dbgrep X:l*
dbpr X:ai 0
dbpr X:ca 1
dbpr X:lo 3
"""
LISTS = """
dbLoadRecords a.db
iocInit
iocInit
epicsThreadSleep 0.5
dbl
dbl ai
dbl "*" "VAL PREC NOFI recordType DTYP"
dbl foo
dbla
dbla X*
dbla Y
dbnr
dbgrep
dbgrep X:l*
dbgrep X:a?
dbglob "X:*o" "VAL"
"""
VALUES = """
dbLoadRecords a.db
iocInit
dbgf X:nope
dbgf X:ai.NOPE
dbgf
dbpf
dbpf X:ai
dbpf X:nope 1
dbpf X:ai 4.5
dbpf X:ai abc
dbpf X:ai 0.1
dbpf X:ai 1e10
dbpf X:ai "1 2"
dbgf X:ai.VAL
dbgf X:ai.SCAN
dbgf X:ai.INP
dbgf X:ai.FLNK
dbgf X:lo.OUT
dbgf X:ai.DESC
dbgf X:ai.DESC$
dbgf X:ai.DTYP
dbpf X:i6 99999999999
dbpf X:i6 -1
dbpf X:lo 3.7
dbpf X:lo -5
dbpf X:lo 99999999999
dbgf X:ai.NSTA
dbgf X:ai.TIME
dbgf X:ai.PRIO
dbgf X:ai.DISP
dbgf X:ai.ASLO
dbgf X:ai.UTAG
dbpf X:ai.NAME foo
dbpf X:ai.DESC "a \\b 'c' long one that goes on and on and on"
dbpf X:ao 20
dbpf X:ao -1.5
dbpf X:ai.PHAS 3
dbpf X:ai.PHAS 70000
dbpf X:ai.SCAN foo
dbpf X:ai.SCAN "1 second"
dbpf X:ai.SCAN 0
dbpf X:al 7
"""
REPORTS = """
dbLoadRecords a.db
iocInit
epicsThreadSleep 0.5
dbpr
dbpr X:nope
dbpr X:al 0
dbpr X:ai.DESC 1
dbpr X:ai 2
dbpr X:ao 2
dbpr X:ca 3
dbpr X:li 3
dbtr
dbtr X:nope
dbtr X:li
"""
EVERY_TYPE = r"""
record(bo,"X:bo"){field(ZNAM,"off") field(ONAM,"on")}
record(mbbo,"X:mb"){field(ZRST,"zero") field(ONST,"one")}
record(waveform,"X:wf"){field(NELM,"20") field(FTVL,"DOUBLE")}
record(waveform,"X:ch"){field(NELM,"200") field(FTVL,"CHAR")}
record(waveform,"X:uc"){field(NELM,"5") field(FTVL,"UCHAR")}
record(waveform,"X:sh"){field(NELM,"5") field(FTVL,"SHORT")}
record(waveform,"X:fl"){field(NELM,"5") field(FTVL,"FLOAT")}
record(waveform,"X:st"){field(NELM,"5") field(FTVL,"STRING")}
record(stringout,"X:so"){field(VAL,"a\"b")}
record(lso,"X:ls"){field(SIZV,"100")}
record(calcout,"X:co"){field(CALC,"A*2") field(INPA,"3") field(OUT,"X:bo PP")}
record(seq,"X:sq"){field(LNK1,"X:bo") field(DLY1,"0.5")}
record(fanout,"X:fo"){field(LNK1,"X:bo CA")}
record(event,"X:ev"){field(VAL,"foo")}
record(aai,"X:aai"){field(NELM,"3") field(FTVL,"LONG") field(INP,[1,2,3])}
"""
VALUES_OF_EVERY_TYPE = """
dbLoadRecords a.db
dbl
iocInit
epicsThreadSleep 0.3
dbl "" VAL
dbpf X:bo on
dbpf X:bo 1
dbpf X:bo foo
dbgf X:bo.VAL
dbpf X:mb one
dbpf X:mb 7
dbpf X:wf [1,2.5,3e10]
dbpf X:wf "[1,2.5,3e10]"
dbpf X:wf "1 2 3"
dbpf X:wf 5
dbpf X:wf []
dbpf X:wf '["a"]'
dbpf X:wf '[1e300,0.1,-7,1,2,3,4,5,6,7,8,9,10]'
dbgf X:ch
dbpf X:ch "hello world"
dbpf X:ch "x"
dbpf X:ch "a rather long text that must be split up into several parts to be shown, because lines have 80 characters"
dbpf X:uc "ab"
dbpf X:sh [-1,2,70000]
dbpf X:sh "[-1,2,7]"
dbpf X:fl "[0.1,2]"
dbpf X:st '["a","b c"]'
dbpf X:so "12345678901234567890123456789012345678901234567890"
dbpf X:ls "a long string that is longer than forty characters really"
dbgf X:ls.VAL$
dbgf X:so.VAL$
dbgf X:aai
dbpr X:bo 3
dbpr X:mb 3
dbpr X:wf 3
dbpr X:ls 3
dbpr X:so 3
dbpr X:co 3
dbpr X:sq 3
dbpr X:fo 3
dbpr X:ev 3
dbpr X:aai 3
"""
ADDRESS = re.compile("0x[0-9a-f]{9,}")
TIME = re.compile(r"^(.*TIME: ).*?( {2,}|$)")


def comparable(lines: list[str]) -> list[str]:
    return [ADDRESS.sub("0x", TIME.sub(r"\1", line)) for line in lines]


def compare(script: str, folder: Path, db: str = DB) -> None:
    real, ours = both(script.lstrip(), folder, {"a.db": db})
    assert comparable(ours.out) == comparable(real.out)
    assert ours.status == real.status


def test_before_ioc_init(tmp_path: Path) -> None:
    compare(BEFORE_INIT, tmp_path)


def test_lists(tmp_path: Path) -> None:
    compare(LISTS, tmp_path)


def test_values(tmp_path: Path) -> None:
    compare(VALUES, tmp_path)


def test_reports(tmp_path: Path) -> None:
    compare(REPORTS, tmp_path)


def test_values_and_reports_of_every_type(tmp_path: Path) -> None:
    compare(VALUES_OF_EVERY_TYPE, tmp_path, EVERY_TYPE)


def test_a_report_of_level_4_differs_in_addresses_only(tmp_path: Path) -> None:
    real, ours = both("dbLoadRecords a.db\niocInit\ndbpr X:i6 4\n", tmp_path, {"a.db": DB})

    def cells(lines: list[str]) -> list[str]:
        found = re.findall(r"(\w+ *): (.*?)(?= *(?:\s\w+ *: |\n))", "\n".join(lines[4:]) + "\n")
        addresses = re.compile("0x[0-9a-f]+|[(]nil[)]|([0-9a-f]{2} ?){8}")
        return sorted(f"{name}: {addresses.sub('P', text)}" for name, text in found)

    without_time = [[c for c in cells(lines) if not c.startswith("TIME")] for lines in (real.out, ours.out)]
    assert without_time[0] == without_time[1]


def test_a_refused_put_says_why(tmp_path: Path) -> None:
    script = "dbLoadRecords a.db\niocInit\ndbpf X:ai.SCAN '2 seconds'\non error break\ndbpf X:ao x\necho never\n"
    ours = run(OURS, script, tmp_path, {"a.db": DB})
    assert "X:ai.SCAN: '2 seconds' is not one of the choices; did you mean 2 second or" in "\n".join(ours.err)
    assert ours.err[-3:-1] == ["X:ao.VAL: 'x' is not a number", "iocsh Error: Break"]


def test_a_pv_that_is_not_there_is_looked_for(tmp_path: Path) -> None:
    ours = run(OURS, "dbLoadRecords a.db\ndbgf X:caliass\ndbgf X:ai.DECS\n", tmp_path, {"a.db": DB})
    assert ours.out[2:] == ["PV 'X:caliass' not found", "dbgf X:ai.DECS", "PV 'X:ai.DECS' not found"]
    assert ours.err[0].startswith("    did you mean X:calias or ")
    assert re.fullmatch(r"    no field DECS in ai record X:ai; did you mean .*\bDESC\?", ours.err[1])


def test_a_group_is_told_from_a_record(tmp_path: Path) -> None:
    db = 'record(ai, "r") { info(Q:group, {"grp": {"a": {+channel: "VAL"}}}) }'
    ours = run(OURS, "dbLoadRecords a.db\niocInit\ndbgf grp.a\n", tmp_path, {"a.db": db})
    assert "PV 'grp.a' not found" in ours.out
    assert "    grp is a group, which PVA clients read and write; pvxgl 3 grp shows it" in ours.err
