"""The program of docs/client.md watches the tutorial's stage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.test_documentation import files, start_page
from tests.ioc_process import ROOT, Starter


def test_the_program_prints_updates_until_enter_and_how_many_there_were(tmp_path: Path, start: Starter) -> None:
    server = start_page(ROOT / "docs" / "tutorial.md", tmp_path, start)
    command = [sys.executable, "-u", "-c", files(ROOT / "docs" / "client.md")["watch.py"]]
    environment = {**os.environ, **server.environment}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        first = program.stdout.readline().split()
        rest, _ = program.communicate("\n", timeout=20)
    assert (first[1:], rest) == (["0.0", "0"], "updates: 1\n")
