"""The harness itself, tried on EPICS's own IOC, which is known to work."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from p4p.client.thread import Context

from tests.clients import Pvapy, PvapyError, Watch
from tests.ioc_process import ServerProcess, Starter

DB = """
record(ao, "A") { field(VAL, "1.5") field(PINI, "YES") field(EGU, "mm") }
record(bo, "B") { field(ZNAM, "off") field(ONAM, "on") }
record(waveform, "W") { field(FTVL, "DOUBLE") field(NELM, "4") field(INP, [1, 2]) }
"""


@pytest.fixture
def server(start: Starter) -> ServerProcess:
    return start.softiocpvx(DB)


def test_p4p_gets_puts_and_monitors(server: ServerProcess, p4p_client: Callable[[ServerProcess], Context]) -> None:
    client = p4p_client(server)
    with Watch(client, "A") as watch:
        assert watch.next().value == 1.5
        client.put("A", {"value": 2.5}, wait=True, get=False)
        assert watch.until(lambda update: update.value == 2.5)
    assert client.get("A")["display.units"] == "mm"


def test_pvapy_gets_puts_and_monitors(server: ServerProcess, pvapy_client: Callable[[ServerProcess], Pvapy]) -> None:
    client = pvapy_client(server)
    client.put("A", 3.5, "record[block=true]field(value)")
    assert client.get("A")["value"] == 3.5
    client.put("B", "on")
    assert client.get("B", "field(value)")["value"]["index"] == 1
    client.put("W", [4.5, 5.5])
    assert client.monitor("W", 1)[0]["value"] == [4.5, 5.5]
    with pytest.raises(PvapyError, match="No digits"):
        client.put("A", "x")


def test_two_servers_do_not_see_each_other(
    start: Starter, server: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    other = start.softiocpvx('record(ao, "A") { field(VAL, "7") }')
    assert p4p_client(server).get("A").value == 1.5
    assert p4p_client(other).get("A").value == 7


def test_a_server_that_ends_too_early_shows_its_log(start: Starter) -> None:
    with pytest.raises(AssertionError, match=r"(?s)ended with 2 before server.*nonsense"):
        start.command("sh", "-c", "echo nonsense; exit 2")


def test_a_server_that_ignores_sigterm_is_killed_and_reported(start: Starter) -> None:
    server = start.command("sh", "-c", 'trap "" TERM; echo up; exec sleep 60', serving=False)
    server.wait_log("up")
    with pytest.raises(AssertionError, match=r"still there 0.2 s after SIGTERM"):
        server.terminate(timeout=0.2)
    assert server.process.returncode == -signal.SIGKILL
