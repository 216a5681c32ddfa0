"""The functions of iocStats and of EPICS that sub records name: scanMon, rebootProc, asSubProcess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from p4p.client.thread import Context, RemoteError

from tests.ioc_process import ServerProcess, Starter
from tests.local_ioc import Engine, StartEngine, eventually, local_engine, running, written

MONITOR = """
record(bo, "mode") { field(VAL, "%d") field(PINI, "YES") }
record(sub, "time") {
    field(SCAN, "1 second") field(INAM, "scanMonInit") field(SNAM, "scanMon") field(BRSV, "INVALID")
    field(INPA, "mode") field(B, "1") field(C, "5") field(HHSV, "MAJOR") field(HSV, "MINOR")
    field(LSV, "MINOR") field(LLSV, "MAJOR")
}
"""
RESET = """
record(sub, "reset") { field(SNAM, "rebootProc") field(BRSV, "INVALID") field(L, "1") %s }
record(ai, "other") { }
"""
Clients = Callable[[ServerProcess], Context]


def test_scan_monitor_gives_the_time_between_two_scans_and_its_limits(engine: StartEngine) -> None:
    ioc = engine(MONITOR % 1)
    ioc.advance(1)
    assert ioc.alarm("time")[:2] == ("INVALID", "SOFT")
    ioc.advance(1)
    assert (ioc.get("time"), ioc.alarm("time")[0]) == (1.0, "NO_ALARM")
    assert [ioc.get(f"time.{limit}") for limit in ("HIHI", "HIGH", "LOW", "LOLO")] == [1.05, 1.01, -1.0, -1.0]


def test_scan_monitor_gives_what_the_time_differs_by(engine: StartEngine) -> None:
    ioc = engine(MONITOR % 0)
    ioc.advance(2)
    assert ioc.get("time") == 0.0
    assert [ioc.get(f"time.{limit}") for limit in ("HIHI", "LOW")] == [0.05, -0.01]


def test_scan_monitor_begins_anew_with_another_period(engine: StartEngine) -> None:
    ioc = engine(MONITOR % 1)
    ioc.advance(2)
    ioc.put("time.SCAN", "2 second")
    ioc.advance(2)
    assert ioc.alarm("time")[:2] == ("INVALID", "SOFT")
    ioc.advance(2)
    assert (ioc.get("time"), ioc.get("time.HIHI")) == (2.0, 2.1)


def test_a_sites_own_function_of_that_name_comes_first(engine: StartEngine) -> None:
    own = "import pydev\n@pydev.subroutine('scanMon')\ndef f(record): return 42"
    ioc = engine('record(sub, "s") { field(SNAM, "scanMon") }', own)
    ioc.put("s.PROC", 1)
    ioc.advance(0)
    assert ioc.get("s") == 42.0


def test_users_code_that_hangs_holds_up_no_scan_monitor(tmp_path: Path) -> None:
    hangs = 'record(ai, "hang") { field(DTYP, "pydev") field(INP, "@gate.wait(20)") }'
    with running(tmp_path, MONITOR % 1 + hangs, "import threading; gate = threading.Event()") as ioc:
        engine = Engine(ioc)
        engine.process("hang")
        eventually(ioc.evaluator.running, "the code runs")
        for _ in range(2):
            engine.process("time")
        assert engine.get("time.E") == 1.0
        ioc.run_python("gate.set()")


@pytest.mark.parametrize(("more", "why"), [('field(A, "1")', "an input forbids"), ('field(L, "0")', "nothing allows")])
def test_a_reset_that_is_not_allowed_does_nothing(engine: StartEngine, more: str, why: str) -> None:
    ioc = engine(RESET % more)
    ended: list[str] = []
    ioc.ioc.database.services.natives.reboot = lambda: ended.append(why)
    assert ioc.put("reset.PROC", 1) == "ok"
    ioc.advance(2)
    assert ended == []


def test_a_reset_within_another_program_is_refused(engine: StartEngine, caplog: pytest.LogCaptureFixture) -> None:
    ioc = engine(RESET % "")
    ioc.put("reset.PROC", 1)
    assert ioc.alarm("reset")[:2] == ("INVALID", "SOFT")
    assert "reset: this IOC is part of another program, which is not ended" in caplog.text


def test_a_reset_ends_the_process_with_status_0(start: Starter, p4p_client: Clients) -> None:
    server = start.pydevpva(db=RESET % "")
    p4p_client(server).put("reset.PROC", 1)
    server.wait_log("IOC reboot started by reset")
    assert server.ended(within=10)
    assert server.terminate() == 0


def test_access_security_decides_who_may_reset(start: Starter, p4p_client: Clients) -> None:
    rules = start.file("x.acf", "ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE) }\nASG(NOBODY) { RULE(1, READ) }\n")
    server = start.pydevpva(db=RESET % 'field(ASG, "NOBODY")', startup=[f'asSetFilename("{rules}")'])
    client = p4p_client(server)
    with pytest.raises(RemoteError, match="access security does not let"):
        client.put("reset.PROC", 1)
    client.put("other", 3.0)
    assert not server.ended()


def test_the_access_rules_are_read_again(tmp_path: Path) -> None:
    db = 'record(sub, "again") { field(INAM, "asSubInit") field(SNAM, "asSubProcess") field(BRSV, "INVALID") }'
    with local_engine(tmp_path, db, access="ASG(DEFAULT) { RULE(1, WRITE) }") as ioc:
        read: list[bool] = []
        natives = ioc.ioc.database.services.natives
        reload_access = natives.reload_access
        assert reload_access is not None
        natives.reload_access = lambda: read.append(True) or reload_access()  # type: ignore[func-returns-value]
        assert ioc.put("again", 1.0) == "ok"
        assert (read, ioc.get("again"), ioc.alarm("again")[0]) == ([True], 0.0, "NO_ALARM")
        written(tmp_path / "test.acf", "ASG(DEFAULT) { RULE(1, WRITE)")
        ioc.put("again", 1.0)
        assert (ioc.get("again"), *ioc.alarm("again")[:2]) == (0.0, "INVALID", "SOFT")
