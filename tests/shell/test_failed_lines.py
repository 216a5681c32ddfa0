"""Lines of a startup script that fail: what is said of them, at once and at the end, and what counts as a failure."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from pydevpva import ioc as ioc_module
from pydevpva.ioc import Ioc
from tests.ioc_process import PATIENCE, Starter
from tests.local_ioc import LocalIoc
from tests.shell.both import OURS, run

DB = 'record(ai, "X:ai") {}\n'


@pytest.mark.parametrize("code", ["1/0", "x = = 1", "import nosuch"])
@pytest.mark.parametrize("command", ["pydev", "pydevExec"])
def test_python_that_fails_ends_a_script_that_wants_that(code: str, command: str, tmp_path: Path) -> None:
    ours = run(OURS, f'on error break\n{command}("{code}")\necho after\n', tmp_path)
    assert "iocsh Error: Break" in ours.err
    assert (ours.out[-1], ours.status) == (f'{command}("{code}")', 2)


def test_python_that_fails_names_the_line_of_the_script_and_the_next_line_is_run(tmp_path: Path) -> None:
    script = 'pydev("\ndef half(x):\n    return 1 / x\n")\npydev("half(0)")\npydev("x = = 1")\necho after\n'
    ours = run(OURS, script, tmp_path)
    assert ours.out[-1] == "after"
    assert ours.err[0] == "ERROR st.cmd line 5: Traceback (most recent call last):"
    assert ours.err[1] == '  File "st.cmd:5", line 1, in <module>'
    assert '  File "st.cmd:1", line 2, in half' in ours.err
    assert "ERROR st.cmd line 6: st.cmd:6:1:5: SyntaxError: invalid syntax" in ours.err


def test_the_last_line_of_the_start_says_which_lines_failed(tmp_path: Path) -> None:
    files = {"a.db": DB, "more.cmd": "echo fine\nnosuch\n"}
    script = 'dbLoadRecords a.db\npydev("1/0")\niocshLoad more.cmd\necho $(NOSUCH)\niocInit\n'
    ours = run(OURS, script, tmp_path, files)
    assert ours.err[-2:] == [
        "st.cmd: 2 lines failed (2, 4); the IOC runs without them",
        "more.cmd: 1 line failed (2); the IOC runs without it",
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("dbLoadRecords a.db\n", "nothing is served; add iocInit after its dbLoadRecords"),
        ("on error halt\nnosuch\niocInit\n", "nothing is served; put the lines that failed right"),
    ],
)
def test_a_script_that_leaves_nothing_served_is_told_so(script: str, said: str, start: Starter, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    (tmp_path / "st.cmd").write_text(script)
    server = start.pydevpva("st.cmd", cwd=tmp_path, serving=False)
    server.wait_log(f"st.cmd has not run iocInit: {said}")


def test_a_script_whose_iocinit_has_failed_is_told_that(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "bad.acf").write_text("ASG(\n")
    (tmp_path / "st.cmd").write_text("asSetFilename bad.acf\niocInit\n")
    server = start.pydevpva("st.cmd", cwd=tmp_path, serving=False)
    server.wait_log("st.cmd: iocInit failed: nothing is served; put right what it says")
    assert "has not run" not in server.log


def test_a_database_in_place_of_a_script_is_told_how_it_is_loaded(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    server = start.pydevpva("a.db", cwd=tmp_path, serving=False)
    server.wait_log("a.db has not run iocInit: nothing is served; a database is loaded with: pydevpva -d a.db")


def test_a_database_next_to_the_script_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ours = run(OURS, "cd other\ndbLoadRecords a.db\n", tmp_path, {"a.db": DB})
    assert ours.err[:3] == [
        f'ERROR: a.db: no file "a.db" in {tmp_path / "other"}',
        "ERROR: Failed to load 'a.db'; line 2 of st.cmd",
        f'    it is in {tmp_path}: cd("{tmp_path}") before this line',
    ]


def test_a_template_that_is_missing_says_where_it_was_looked_for(tmp_path: Path) -> None:
    ours = run(OURS, "dbLoadTemplate no.substitutions\n", tmp_path)
    assert f'ERROR: no.substitutions: no file "no.substitutions" in {tmp_path}: No such file or directory' in ours.err


def test_objects_of_a_class_that_was_reloaded_are_named(tmp_path: Path) -> None:
    files = {"lockin.py": "class LockIn:\n    pass\n"}
    script = 'pydev("from lockin import LockIn; lia = LockIn()")\npydevReload lockin\npydev("lia = LockIn()")\n'
    ours = run(OURS, script + "pydevReload lockin\n" * 2, tmp_path, files)
    assert ours.out.count("lia is still of the old LockIn: make it anew") == 3
    again = run(OURS, script + "echo end\n", tmp_path / "again", files)
    assert again.out.count("lia is still of the old LockIn: make it anew") == 1


def test_a_misspelled_event_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = """field(DTYP, "pydev") field(INP, "@pydev.iointr('lia.trce')") field(SCAN, "I/O Intr")"""
    (tmp_path / "a.db").write_text(f'record(ai, "LIA:Trace") {{ {fields} }}')
    monkeypatch.setattr(ioc_module, "EVENT_PATIENCE", 0.0)
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    monkeypatch.setattr(ioc_module.log, "warning", lambda text, *args: told.put(text % args))
    with Ioc(serve=False) as ioc:
        ioc.load_records(str(tmp_path / "a.db"))
        ioc.run_python("pydev.iointr('lia.trace', 1)")
        ioc.init()
        said = told.get(timeout=PATIENCE)
        LocalIoc(ioc).until("LIA:Trace.AMSG", lambda message: message == "did you mean lia.trace?")
    assert said == "LIA:Trace waits for pydev.iointr('lia.trce'), which nobody has published; did you mean lia.trace?"
