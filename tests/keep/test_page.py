"""docs/autosave.md is true: its IOCs start, and values come back."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from p4p.client.thread import Context

from tests.docs.test_documentation import files
from tests.ioc_process import ROOT, ServerProcess, Starter
from tests.keep.kept import kept

PAGE = ROOT / "docs" / "autosave.md"


def test_a_value_comes_back_after_a_kill_and_the_command_line_does_what_the_script_does(
    tmp_path: Path, start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    for name, text in files(PAGE).items():
        (tmp_path / name).write_text(text)
    server = start.shell("st.cmd", cwd=tmp_path)
    client = p4p_client(server)
    client.put("Lab:Setpoint", {"value": 12.5}, get=False)
    client.put("Lab:Sum.CALC", {"value": "A+B+1"}, get=False)
    saved = tmp_path / "kept" / "pydevpva.sav"
    server.wait_for(lambda: saved.exists() and "Lab:Sum.CALC A+B+1" in saved.read_text(), "the value to be saved")
    server.kill()
    again = start.command(
        sys.executable, "-m", "pydevpva", "-S", "--save", str(tmp_path / "kept"), "-d", str(tmp_path / "lab.db")
    )
    assert p4p_client(again).get("Lab:Setpoint")["value"] == 12.5
    assert p4p_client(again).get("Lab:Sum.CALC")["value"] == "A+B+1"
    assert re.search(r"INFO autosave: .*/pydevpva\.sav: \d+ values restored in pass 1", again.log)


def test_the_startup_script_and_the_request_file_of_the_page_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "req").mkdir()
    text = PAGE.read_text()
    (script,) = re.findall(r"(?m)((?:^    (?:save_restoreSet|set_|db|ioc|create_)\S+.*\n){6,})", text)
    (request,) = re.findall(r"(?m)((?:^    (?:# positions|\$\(|file ).*\n){5,})", text)
    (tmp_path / "req" / "positions.req").write_text(request)
    (tmp_path / "req" / "settings.req").write_text("$(P)Setpoint.DRVL\n")
    (tmp_path / "req" / "motor.req").write_text("$(P)$(M).VAL\n")
    db = files(PAGE)["lab.db"] + 'record(stringout, "Lab:Comment") { }\nrecord(ao, "Lab:m1") { }\n'
    lines = [line.strip().replace("/var/lib/lab", str(tmp_path / "sav")) for line in script.splitlines()]
    before = [line for line in lines if not line.startswith(("db", "ioc", "create"))]
    with kept(tmp_path, db, *before) as ioc:
        assert "ERROR" not in ioc.printed
        for line in lines[-2:]:
            assert ioc.run(line) == ""
        ioc.put("Lab:Comment", 'say "hello"')
        ioc.advance(31)
        assert ioc.lines("positions.sav") == [
            "Lab:Setpoint.VAL 0", "Lab:Setpoint.DRVH 100", 'Lab:Comment.VAL$ say \\"hello\\"', "Lab:m1.VAL 0",
            "Lab:Valve.VAL 0", "<END>",
        ]  # fmt: skip
        assert ioc.lines("settings.sav") == ["Lab:Setpoint.DRVL 0", "<END>"]
