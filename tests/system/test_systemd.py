"""Under systemd: what NOTIFY_SOCKET is told, by a socket that stands in for systemd's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from pydevpva.shell.process.systemd import Systemd
from tests.ioc_process import PATIENCE, ServerProcess, Starter, loopback

DB = """
record(longout, "S:x") { }
record(bo, "S:hang") { field(DTYP, "pydev") field(OUT, "@__import__('threading').Event().wait()") }
"""
SCRIPT = "dbLoadRecords s.db\niocInit\n"


class Manager:
    """Stands in for systemd: keeps what it is told."""

    def __init__(self, name: str) -> None:
        self.path = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        self._socket.settimeout(PATIENCE)

    def next(self) -> list[str]:
        """The assignments of the next message."""
        return self._socket.recv(4096).decode().split("\n")

    def until(self, wanted: str) -> list[str]:
        while wanted not in (found := self.next()):
            pass
        return found

    def silent_for(self, seconds: float, unwanted: str) -> bool:
        """Whether a message does not come in that time; others may."""
        self._socket.settimeout(seconds)
        try:
            while unwanted not in self.next():
                pass
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(PATIENCE)
        return False

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify") if request.param == "path" else f"@{tmp_path}/notify")
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.db").write_text(DB)
    (tmp_path / "st.cmd").write_text(SCRIPT)
    return tmp_path


def started(start: Starter, folder: Path, manager: Manager, *flags: str, watchdog: float = 0.0) -> ServerProcess:
    env = {"NOTIFY_SOCKET": manager.path}
    if watchdog:
        env["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
    return start.pydevpva(*flags, "st.cmd", cwd=folder, env=env)


def test_it_is_told_when_the_ioc_is_ready_and_when_it_ends(start: Starter, folder: Path, manager: Manager) -> None:
    server = started(start, folder, manager)
    ready = manager.next()
    assert ready[0] == "READY=1"
    assert ready[1].startswith("STATUS=running: 2 records; PVAccess server on 127.0.0.1, TCP port ")
    server.process.terminate()
    assert manager.next() == ["STOPPING=1", "STATUS=ending"]
    assert server.process.wait(PATIENCE) == 0


def test_nothing_is_told_before_ioc_init(folder: Path, manager: Manager) -> None:
    (folder / "st.cmd").write_text("dbLoadRecords s.db\n")
    shell = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()", "st.cmd"]
    environment = {**os.environ, **loopback(), "NOTIFY_SOCKET": manager.path}
    subprocess.run(shell, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=True, timeout=30)
    assert manager.next() == ["STOPPING=1", "STATUS=ending"]


@pytest.fixture
def watched(manager: Manager) -> Iterator[Ioc]:
    """An IOC in this process, whose database thread a test may block."""
    with Ioc(serve=False) as ioc:
        Systemd(ioc, {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "600000", "WATCHDOG_PID": str(os.getpid())})
        ioc.init()
        yield ioc


@pytest.mark.long
def test_the_watchdog_beats_while_the_database_thread_answers_and_no_longer(
    watched: Ioc, manager: Manager, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        manager.until("WATCHDOG=1")
    block = threading.Event()
    watched.database.loop.submit(block.wait)
    manager.until("STATUS=the database thread does not answer")
    assert "watchdog: the database thread has not answered for 0.3 s: no beat until it does" in caplog.text
    assert manager.silent_for(1.0, "WATCHDOG=1")
    block.set()
    assert manager.until("WATCHDOG=1") == ["WATCHDOG=1", "STATUS=running: 0 records"]


def test_a_watchdog_of_another_process_is_left_alone(manager: Manager) -> None:
    with Ioc(serve=False) as ioc:
        Systemd(ioc, {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"})
        ioc.init()
        manager.until("READY=1")
        assert manager.silent_for(0.5, "WATCHDOG=1")


@pytest.mark.parametrize(("flags", "beats"), [([], True), (["--watch-evaluator"], False)])
def test_users_python_that_hangs_stops_it_when_that_is_asked(
    start: Starter, folder: Path, manager: Manager, flags: list[str], beats: bool
) -> None:
    (folder / "st.cmd").write_text(SCRIPT + "dbpf S:hang 1\n")
    started(start, folder, manager, *flags, watchdog=0.6)
    manager.until("READY=1")
    if beats:
        for _ in range(3):
            manager.until("WATCHDOG=1")
    else:
        manager.until("STATUS=users' Python does not answer")
        assert manager.silent_for(1.0, "WATCHDOG=1")


# ---- the log ----


def test_the_log_is_json_and_only_as_grave_as_asked(start: Starter, folder: Path) -> None:
    fails = "pydev(\"import logging\")\npydev(\"logging.getLogger('pydevpva.x').info('small')\")\n"
    code = 'record(bo, "S:fails") { field(DTYP, "pydev") field(OUT, "@1/0") }\n'
    (folder / "s.db").write_text(DB + code)
    (folder / "st.cmd").write_text(SCRIPT + fails + "dbpf S:fails 1\n")
    server = start.pydevpva("--log-json", "--log-level", "warning", "st.cmd", cwd=folder)
    server.wait_log("ZeroDivisionError")
    server.wait_log("}\n")
    entries = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert [(entry["level"], entry["source"]) for entry in entries] == [("ERROR", entries[0]["source"])]
    assert entries[0]["source"].startswith("pydevpva.")
    assert "ZeroDivisionError" in entries[0]["text"]
    assert entries[0]["time"][10] == "T"
