"""pydevpva check: what it prints, its exit status, scripts in scripts, and how long it takes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from pydevpva.check.command import check, run
from pydevpva.ioc import Ioc
from tests.ioc_process import ROOT

DIRTY = 'record(ai, "A") { field(HIGH, "5") }\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dirty.db").write_text(DIRTY)
    (tmp_path / "clean.db").write_text('record(ao, "B") {}\n')
    return tmp_path


@pytest.mark.parametrize("example", sorted(path.parent.name for path in ROOT.glob("examples/*/st.cmd")))
def test_the_examples_are_clean(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples" / example)
    assert check(["st.cmd"]) == []


def test_exit_status_and_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["clean.db"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["dirty.db"]) == 1
    assert capsys.readouterr().out == "dirty.db:1:19: limit-no-severity: A: HIGH without HSV: no alarm is raised\n"
    assert run(["none.db"]) == 2
    assert capsys.readouterr().err == "pydevpva check: none.db: no such file\n"


def test_a_rule_is_silenced_and_an_unknown_one_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dirty.db", "--no", "limit-no-severity"]) == 0
    assert run(["dirty.db", "--only", "range"]) == 0
    assert run(["clean.db", "--also", "missing-egu"]) == 1
    capsys.readouterr()
    assert run(["dirty.db", "--no", "limit-no-severty"]) == 2
    assert capsys.readouterr().err == (
        "pydevpva check: no rule limit-no-severty; did you mean limit-no-severity?; --rules lists them\n"
    )


def test_json_and_sarif(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["dirty.db", "--json"])
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "file": "dirty.db", "line": 1, "column": 19, "code": "limit-no-severity", "level": "warning",
        "message": "A: HIGH without HSV: no alarm is raised",
    }  # fmt: skip
    run(["dirty.db", "--sarif"])
    log = json.loads(capsys.readouterr().out)
    (result,) = log["runs"][0]["results"]
    assert (log["version"], result["ruleId"], result["level"]) == ("2.1.0", "limit-no-severity", "warning")
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "dirty.db"}, "region": {"startLine": 1, "startColumn": 19}}


def test_equal_findings_are_told_once_with_a_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t.db").write_text('record(ai, "$(P)") { field(HIGH, "5") }\n')
    (folder / "st.cmd").write_text("".join(f'dbLoadRecords("t.db", "P=A{i}")\n' for i in range(30)))
    assert run([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "t.db:1:20: limit-no-severity: A0: HIGH without HSV: no alarm is raised (30 times)"
    ]


def test_a_script_is_followed_and_nothing_of_it_stays(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHECK_P", raising=False)
    (folder / "sub").mkdir()
    (folder / "sub" / "more.cmd").write_text('cd("sub")\ndbLoadRecords("$(FILE).db", "P=$(CHECK_P)")\n')
    (folder / "sub" / "x.db").write_text('record(ai, "$(P)A") { field(HIGH, "5") }\n')
    (folder / "st.cmd").write_text('epicsEnvSet("CHECK_P", "Q:")\niocshLoad("sub/more.cmd", "FILE=x")\niocInit\n')
    assert run(["st.cmd"]) == 1
    assert capsys.readouterr().out == "x.db:1:21: limit-no-severity: Q:A: HIGH without HSV: no alarm is raised\n"
    assert (os.getcwd(), os.environ.get("CHECK_P")) == (str(folder), None)


def test_users_python_is_not_run(folder: Path) -> None:
    (folder / "code.py").write_text("open('was_run', 'w')\n")
    (folder / "st.cmd").write_text("pydev(\"import code; open('was_run', 'w')\")\n")
    assert check(["st.cmd"]) == []
    assert not (folder / "was_run").exists()


SYNAPPS = """< envPaths
dbLoadDatabase("$(TOP)/dbd/xxx.dbd")
xxx_registerRecordDeviceDriver(pdbbase)
save_restoreSet_status_prefix("xxx:")
drvAsynIPPortConfigure("A", "host:1", 0, 0, 0)
asynSetTraceMask("A", 0, 9)
seq &state, "P=xxx:"
motorSimCreate(0, 0, 8)
dbLoadRecords("$(MOTOR)/db/motor.db", "P=xxx:")
dbLoadRecords("site.db")
iocInit
"""


def test_a_script_of_synapps_is_told_a_line_for_each_module(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [f'record(motor, "M{i}") {{ field(DTYP, "asynMotor") }}\n' for i in range(200)]
    records += [f'record(ai, "I{i}") {{ field(DTYP, "asynInt32") field(INP, "@asyn(A)") }}\n' for i in range(200)]
    (folder / "site.db").write_text("".join(records))
    (folder / "st.cmd").write_text(SYNAPPS)
    assert run(["st.cmd"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split(": ")[2].split()[0] for line in lines if ": unsupported: " in line) == [
        "asyn",
        "motor",
        "seq",
    ]
    (asyn,) = [line for line in lines if "unsupported: asyn" in line]
    assert 'DTYP "asynInt32" (200 times), command drvAsynIPPortConfigure, command asynSetTraceMask' in asyn
    assert len(lines) == 4  # and the macro MOTOR


SHOWN = """Evaluator: 1 thread, 1 waiting, 16 done
    running <T:A.INP> for 0.107 s
Slowest:      runs   mean ms    max ms
                14   156.618   197.789  <T:A.INP>
                 2     0.003     0.003  <T:C.CALC>
"""


def test_what_pydevshow_printed_is_held_against_scan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "shown.txt").write_text(SHOWN)
    (folder / "x.db").write_text('record(ai, "T:A") { field(SCAN, ".1 second") }\nrecord(pycalc, "T:C") {}\n')
    assert run(["--measured", "shown.txt", "x.db"]) == 1
    assert capsys.readouterr().out == (
        'x.db:1:21: scan-too-fast: T:A: its Python takes 0.157 s, which is more than its SCAN ".1 second"\n'
    )
    assert run(["--measured", "none.txt", "x.db"]) == 2
    assert run(["--measured", "x.db", "x.db"]) == 2
    assert capsys.readouterr().err == (
        "pydevpva check: none.txt: No such file or directory\n"
        "pydevpva check: x.db: no record's duration is in it; it must be what `pydevShow 1` prints\n"
    )


@pytest.mark.long
def test_50000_records_take_little_more_than_to_load_them(folder: Path) -> None:
    """Twice to two and a half times as much; what grows faster than the records would be far beyond."""
    with (folder / "big.db").open("w") as file:
        for i in range(12500):
            file.write(
                f'record(ai, "B{i}:In") {{ field(DTYP, "pydev") field(INP, "@d{i}.read()") field(FLNK, "B{i}:C") }}\n'
            )
            file.write(f'record(calc, "B{i}:C") {{ field(INPA, "B{i}:In NPP MS") field(INPB, "B{i}:Out.VAL CP") }}\n')
            file.write(f'record(ao, "B{i}:Out") {{ field(OUT, "Far{i}:Away.VAL") }}\n')
            file.write(f'record(fanout, "B{i}:Fan") {{ field(LNK1, "B{i}:In.PROC") field(LNK2, "Nowhere{i}") }}\n')
    began = time.process_time()
    ioc = Ioc(serve=False)
    ioc.load_records("big.db")
    loaded = time.process_time()
    ioc.stop()
    checking = time.process_time()
    assert check(["big.db"]) == []
    assert time.process_time() - checking < 4 * (loaded - began)
