"""asInit while the IOC runs: other rules from now on, and a bad file changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from p4p.client.thread import Context, RemoteError

from tests.ioc_process import ServerProcess, Starter

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
