"""Our IOC and EPICS's own, linked to each other by Channel Access; either is ended and started again and again.

PYDEVPVA_RESTARTS=10 restarts it so often.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from p4p.client.thread import Context

from tests.ca.links.near_and_far import RESTARTS
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, ServerProcess, Starter, loopback
from tests.local_ioc import becomes

pytestmark = [pytest.mark.process, pytest.mark.timeout(100 + 50 * RESTARTS)]

RECONNECT = 25.0  # seconds; libca looks for what was lost after up to 10 s, and starts take a few on a loaded machine
MANY = 100  # records whose links only have to come back
INVALID = 3


def database(me: str, other: str, target: str) -> str:
    """The same on both sides: a value that the other follows, a follower, and puts that wait for the other's code."""
    db = (
        f'record(ao, "{me}:value") {{ field(HIGH, "1000") field(HSV, "MINOR") }}'
        f'record(ai, "{me}:follows") {{ field(INP, "{other}:value CP MS") }}'
        f'record(ao, "{me}:out") {{ field(DTYP, "Async Soft Channel") field(OUT, "{target} CA") }}'
    )
    return db + "".join(
        f'record(ao, "{me}:v{i}") {{ field(VAL, "{i}") }} record(ai, "{me}:f{i}") {{ field(INP, "{other}:v{i} CP") }}'
        for i in range(MANY)
    )


SLOW = ['pydev("import time")', 'pydev("done = []")', 'pydev("def slow(v): time.sleep(0.2); done.append(v)")']
OURS = (
    database("our", "real", "real:target.A")
    + 'record(ao, "our:target") { field(DTYP, "pydev") field(OUT, "@slow(VAL)") }'
    + 'record(ai, "our:done") { field(DTYP, "pydev") field(INP, "@done[-1] if done else 0") }'
)
REAL = (
    database("real", "our", "our:target")
    + 'record(calcout, "real:target") { field(CALC, "A") field(ODLY, "0.2") field(FLNK, "real:last") }'
    + 'record(calc, "real:last") { field(CALC, "VAL+1") }'
)


class Both:
    """The two IOCs and a client of each; `restart` takes the name of one."""

    def __init__(self, start: Starter, stack: ExitStack) -> None:
        self._start, self._stack = start, stack
        ours, theirs = loopback(), loopback()
        ports = {"our": ours["EPICS_CAS_SERVER_PORT"], "real": theirs["EPICS_CAS_SERVER_PORT"]}
        repeater = {"EPICS_CA_REPEATER_PORT": ours["EPICS_CA_REPEATER_PORT"]}  # beacons of both reach both
        self._environments = {
            me: repeater
            | {"EPICS_CAS_SERVER_PORT": ports[me], "EPICS_CA_ADDR_LIST": f"127.0.0.1:{ports[other]}"}
            | {"EPICS_CA_SERVER_PORT": ports[me]}
            for me, other in (("our", "real"), ("real", "our"))
        }
        self.servers: dict[str, ServerProcess] = {}
        self._clients: dict[str, Context] = {}
        for me in ports:
            self._begin(me)

    def _begin(self, me: str) -> None:
        environment = self._environments[me]
        if me == "our":
            server = self._start.pydevpva(db=OURS, startup=SLOW, env=environment)
        else:
            server = self._start.softiocpvx(REAL, env=environment)
        self.servers[me] = server
        self._clients[me] = self._stack.enter_context(p4p_context(server.environment))

    def restart(self, me: str) -> None:
        self._clients.pop(me).close()
        self.servers[me].kill()
        self._begin(me)

    def get(self, name: str) -> tuple[float, int]:
        """Value and severity."""
        structure = self._clients[name.partition(":")[0]].get(name, timeout=PATIENCE)
        return structure["value"], structure["alarm.severity"]

    def put(self, name: str, value: float, wait: bool = False) -> None:
        request = f"record[block={'true' if wait else 'false'}]"
        client = self._clients[name.partition(":")[0]]
        client.put(name, {"value": value}, request=f"{request}field()", get=False, timeout=PATIENCE)

    def wait(self, name: str, wanted: tuple[float, int]) -> None:
        becomes(lambda: self.get(name), wanted, name, RECONNECT)


@pytest.fixture
def both(start: Starter) -> Iterator[Both]:
    with ExitStack() as stack:
        yield Both(start, stack)


def check(both: Both, number: int) -> None:
    """Both follow each other with severities, and puts of either wait for what the other does with them."""
    for me, other in (("our", "real"), ("real", "our")):
        for i in (0, MANY - 1):
            both.wait(f"{me}:f{i}", (float(i), 0))
        both.put(f"{other}:value", number)
        both.wait(f"{me}:follows", (float(number), 0))
        both.put(f"{other}:value", 1000 + number)
        both.wait(f"{me}:follows", (1000.0 + number, 1))
        both.put(f"{other}:value", 0)
    both.put("real:out", float(number), wait=True)
    both.put("our:done.PROC", 1, wait=True)
    assert both.get("our:done") == (float(number), 0)
    before = both.get("real:last")[0]
    both.put("our:out", 0.5 + number, wait=True)
    assert both.get("real:target")[0] == 0.5 + number
    assert both.get("real:last")[0] == before + 1


def figures(server: ServerProcess) -> tuple[int, int, int]:
    """Threads, descriptors and kB of a process."""
    process = Path(f"/proc/{server.process.pid}")
    pages = int((process / "statm").read_text().split()[1])
    kilobytes = pages * os.sysconf("SC_PAGE_SIZE") // 1024
    return len(os.listdir(process / "task")), len(os.listdir(process / "fd")), kilobytes


def test_they_follow_and_write_each_other(both: Both) -> None:
    check(both, 1)


@pytest.mark.parametrize("restarted", ["our", "real"])
def test_restarts_of_either_leave_nothing_behind(both: Both, restarted: str) -> None:
    stays = "our" if restarted == "real" else "real"
    check(both, 1)
    seen = []
    for number in range(2, 2 + RESTARTS):
        both.restart(restarted)
        check(both, number)
        seen.append(figures(both.servers[stays]))
    threads, descriptors, kilobytes = zip(*seen, strict=True)
    assert max(threads[2:]) <= max(threads[:2]), seen
    assert max(descriptors[2:]) <= max(descriptors[:2]), seen
    assert kilobytes[-1] - kilobytes[2] < 3000, seen
    if stays == "our":
        assert "Traceback" not in both.servers["our"].log
