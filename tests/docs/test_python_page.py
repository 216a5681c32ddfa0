"""What the pages about Python say: their examples about records, programs and scripts are run."""

from __future__ import annotations

import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import pydev
from pydevpva.db.infos import TAGS
from pydevpva.evaluator.user import PUBLIC
from pydevpva.ioc import Ioc
from tests.docs.test_documentation import files
from tests.ioc_process import PATIENCE, ROOT, loopback
from tests.local_ioc import LocalIoc

PAGES = [ROOT / "docs" / name for name in ("asyncio.md", "programs.md", "records-from-python.md")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With the pages' files, from where their modules are imported."""
    for page in PAGES:
        for name, text in files(page).items():
            (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("heater", "scan"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def test_the_page_has_the_names_of_the_module_and_the_info_tags() -> None:
    rows = re.findall(r"(?m)^\| (`.*?) \|", (ROOT / "docs" / "python.md").read_text())
    listed = {name for row in rows for name in re.findall(r"`(?:@|info\()?([\w:]+)", row)}
    assert listed == {*PUBLIC} | {tag for tag in TAGS if tag.startswith("pydev:")}


def test_records_from_python(folder: Path) -> None:
    with Ioc(serve=False) as ioc:
        ioc.run_python("import heater")
        ioc.load_records(str(folder / "heater.db"))
        ioc.init()
        assert ioc.get("Heat:Setpoint") == 21.5
        ioc.run_python("heater.watch()")
        ioc.put("Heat:Setpoint", 60, wait=True)
        LocalIoc(ioc).until("Heat:Power", lambda value: value == 120)
        ioc.put("Heat:Report.PROC", 1, wait=True)
        assert ioc.get("Heat:Report") == "60 W MINOR"


def test_a_program(folder: Path) -> None:
    with Ioc(serve=False) as ioc:
        ioc.run_python("from scan import scan, points")
        ioc.load_records(str(folder / "scan.db"))
        ioc.init()
        pydev.record("Scan:Start").put(3, wait=True, timeout=PATIENCE)
        assert ioc.evaluator.namespace["points"] == ["open", 0, 1, 2, "closed"]
        assert (ioc.get("Scan:State"), ioc.get("Scan:Step"), ioc.get("Scan:Progress")) == (3, "point 2", 1.0)
        pydev.record("Scan:Start").put(1000)
        LocalIoc(ioc).until("Scan:Step", lambda step: step == "point 1")
        pydev.record("Scan:Abort").put(1, wait=True, timeout=PATIENCE)
        assert ioc.evaluator.namespace["points"][-1] == "closed"
        assert ioc.get("Scan:State") == 5


def test_a_script(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in loopback().items():
        monkeypatch.setenv(name, value)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "21.5 0\n121.0 1\n"


class Thermometer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self.rfile.readline() == b"T?\n" and self.server.at_work:  # type: ignore[attr-defined]
            self.wfile.write(b"21.5\n")


@contextmanager
def thermometer(port: int) -> Iterator[int]:
    """One on this machine, for as long as the block lasts; then it hangs up at its next question. Its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Thermometer, bind_and_activate=False) as server:
        server.allow_reuse_address = server.daemon_threads = True
        server.at_work = True  # type: ignore[attr-defined]
        server.server_bind()
        server.server_activate()
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.at_work = False  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.long
def test_a_device_that_is_away_is_an_alarm_and_comes_back(folder: Path) -> None:
    with Ioc(serve=False) as ioc:
        seen = LocalIoc(ioc)
        ioc.run_python("from thermometer import follow")
        ioc.load_records(str(folder / "thermometer.db"))
        ioc.init()
        with thermometer(0) as port:
            ioc.run_python(f"pydev.start(follow('127.0.0.1', {port}), name='thermometer')")
            seen.until("Room:T", lambda value: value == 21.5)
        seen.until("Room:T.SEVR", lambda severity: severity == 3)
        with thermometer(port):
            seen.until("Room:T.SEVR", lambda severity: severity == 0)
        assert ioc.get("Room:T") == 21.5
