"""asInit while the IOC runs: other rules from now on, and a bad file changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from p4p.client.thread import Context, RemoteError

from tests.ioc_process import ServerProcess, Starter
from tests.shell.both import OURS, REAL, run


def test_a_file_with_a_mistake_ends_iocinit_before_anything_is_made(tmp_path: Path) -> None:
    """softIocPVX's iocInit fails, too: nothing is processed, nobody is served, and the shell goes on."""
    files = {
        "a.db": 'record(calc, "X") { field(CALC, "VAL+1") field(PINI, "YES") }\n',
        "bad.acf": "ASG(DEFAULT) {\n  RULE(1, WRITE\n}\n",
        "good.acf": "ASG(DEFAULT) { RULE(1, WRITE) }\n",
    }
    script = f'dbLoadRecords("a.db")\nasSetFilename("{tmp_path}/{{}}/bad.acf")\niocInit\ndbl\n'
    real = run(REAL, script.format("real"), tmp_path / "real", files)
    ours = run(OURS, script.format("ours"), tmp_path / "ours", files)
    assert "ERROR iocBuild: asInit Failed." in real.err
    assert (ours.out[-1], real.out[-1]) == ("X", "X")
    assert f'ERROR st.cmd line 3: iocInit: {tmp_path}/ours/bad.acf:3:1: expected ), found "}}"' in ours.err
    assert ours.err[-1] == "st.cmd: 1 line failed (3)"
    again = script.format("again") + "asSetFilename good.acf\niocInit\ndbgf X\n"
    assert run(OURS, again, tmp_path / "again", files).out[-1] == "DBF_DOUBLE:         1         "


def test_the_command_line_ends_with_a_bad_file(tmp_path: Path) -> None:
    (tmp_path / "bad.acf").write_text("ASG(")
    (tmp_path / "a.db").write_text('record(ao, "X") {}\n')
    ended = run([sys.executable, "-m", "pydevpva", "-S", "-a", "bad.acf", "-d", "a.db"], "", tmp_path)
    assert ended.status == 2
    assert ended.err[-1] == "ERROR: iocInit failed"


NOBODY = "UAG(none) { nobody_at_all }\nASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE) { UAG(none) } }\n"


def test_rules_are_read_again(start: Starter, p4p_client: Callable[[ServerProcess], Context], tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text('record(ao, "X") {}\n')
    (tmp_path / "none.acf").write_text(NOBODY)
    (tmp_path / "bad.acf").write_text("UAG(\n")
    (tmp_path / "free.acf").write_text("ASG(DEFAULT) { RULE(1, WRITE) }\n")
    server = start.pydevpva("-S", "--console", "c.sock", "-d", "a.db", cwd=tmp_path)
    client = p4p_client(server)

    def use(file: str) -> int:
        code = "from pydevpva.cli import shell_main; shell_main()"
        words = [sys.executable, "-c", code, "--attach", "c.sock", "-c", f"asSetFilename {file}\nasInit"]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode

    client.put("X", 1.0)
    assert use("none.acf") == 0
    with pytest.raises(RemoteError):
        client.put("X", 2.0)
    assert use("bad.acf") == 1
    with pytest.raises(RemoteError):
        client.put("X", 2.0)
    assert use("free.acf") == 0
    client.put("X", 3.0)
    assert float(client.get("X").value) == 3.0
