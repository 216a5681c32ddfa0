"""SIGTERM at any moment, while records await, return futures and run in processes: each put is answered once, or its
connection is closed, and nothing is left. PYDEVPVA_MOMENTS=200 tries that many moments, in place of a few.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from p4p.client.thread import Context

from tests.ca.wire import WRITE_NOTIFY, Wire, message
from tests.clients import p4p_context
from tests.devices.test_any_moment import CODES, DB, MODULE, PYTHON, shared_memory
from tests.ioc_process import PATIENCE, ServerProcess, Starter
from tests.local_ioc import eventually

pytestmark = pytest.mark.timeout(300)
MOMENTS = int(os.environ.get("PYDEVPVA_MOMENTS", "3"))
NAMES = [f"X{n}" for n in range(len(CODES))]
TIMES = 4  # puts to each record, by each protocol: they stand in line
DBR_STRING = 0
ECA_NORMAL, ECA_PUTFAIL = 1, 160
PUTS = len(NAMES) * TIMES


@pytest.fixture
def ioc(start: Starter, tmp_path: Path) -> Iterator[ServerProcess]:
    """With a folder of its own for what is temporary; nothing is left in it, nor of shared memory."""
    (temporary := tmp_path / "temporary").mkdir()
    start.file("moments_of_workers.py", MODULE)
    folder = start.file("sigterm_work.py", PYTHON).parent
    startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from sigterm_work import *")']
    environment = {"TMPDIR": str(temporary), "PYDEV_NUM_PROCESSES": "2"}
    ioc = start.pydevpva(db=DB, startup=startup, env=environment)
    yield ioc
    assert list(temporary.iterdir()) == []
    assert shared_memory(ioc.process.pid) == []


class CaPuts:
    """Puts with completion by Channel Access, and what is answered to each of their numbers."""

    def __init__(self, ioc: ServerProcess) -> None:
        self._wire = Wire(int(ioc.environment["EPICS_CA_SERVER_PORT"]))
        self._channels = [self._wire.create(name, cid) for cid, name in enumerate(NAMES)]
        self.answers: list[tuple[int, int]] = []  # (number of the put, ECA status)

    def send(self) -> None:
        puts = [(n * TIMES + k, sid) for n, sid in enumerate(self._channels) for k in range(TIMES)]
        self._wire.send(b"".join(message(WRITE_NOTIFY, DBR_STRING, 1, sid, number, b"5") for number, sid in puts))

    def until_closed(self) -> None:
        with self._wire, suppress(EOFError, ConnectionError):
            while True:
                answer = self._wire.answer()
                if answer.command == WRITE_NOTIFY:
                    self.answers.append((answer.second, answer.first))


def _put_by_pva(client: Context, outcomes: list[object]) -> None:
    values = [{"value": 5}] * PUTS
    outcomes += client.put(NAMES * TIMES, values, wait=True, get=False, timeout=2 * PATIENCE, throw=False)


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_each_put_is_answered_once_or_its_connection_closed(ioc: ServerProcess, seed: int) -> None:
    chance, outcomes = random.Random(seed), list[object]()
    with p4p_context(ioc.environment) as client:
        client.get(NAMES)  # connects
        if warm := chance.choice((True, False)):  # the workers are there
            client.put(NAMES, [{"value": 1}] * len(NAMES), wait=True, get=False, timeout=2 * PATIENCE)
        by_ca = CaPuts(ioc)
        reading = threading.Thread(target=by_ca.until_closed)
        putting = threading.Thread(target=_put_by_pva, args=(client, outcomes))
        reading.start()
        putting.start()
        by_ca.send()
        time.sleep(chance.random() * (0.1 if warm else 1))  # the moment
        processes = psutil.Process(ioc.process.pid).children(recursive=True)
        begin = time.monotonic()
        assert ioc.terminate() == 0, ioc.log
        took = time.monotonic() - begin
        for thread in (reading, putting):
            thread.join(3 * PATIENCE)
            assert not thread.is_alive()
    by_kind = Counter(type(outcome).__name__ for outcome in outcomes)
    print(f"{took:.2f} s, {len(processes)} processes", dict(by_kind), Counter(status for _, status in by_ca.answers))
    assert took < 2
    assert len(outcomes) == PUTS
    assert set(by_kind) <= {"NoneType", "RemoteError", "Disconnected"}
    assert all("shutting down" in str(outcome) for outcome in outcomes if type(outcome).__name__ == "RemoteError")
    numbers = Counter(number for number, _ in by_ca.answers)
    assert set(numbers.values()) <= {1}
    assert set(numbers) <= set(range(PUTS))
    assert {status for _, status in by_ca.answers} <= {ECA_NORMAL, ECA_PUTFAIL}
    eventually(lambda: not any(process.is_running() for process in processes), "all its processes have ended")
    assert "internal error" not in ioc.log
    assert "Traceback" not in ioc.log, ioc.log
