"""What ends a call at any moment: cancel, a time limit, a dead worker, reload, a client that goes, the end.

Each put is answered exactly once, and no task, process or shared memory is left. PYDEVPVA_MOMENTS=200 tries that many
moments of each, in place of a few.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from p4p.client.raw import Context as RawContext

from pydevpva.errors import PydevpvaError
from pydevpva.ioc import Ioc
from tests.clients import p4p_context
from tests.local_ioc import Engine, Serve, StartEngine, eventually

pytestmark = [pytest.mark.process, pytest.mark.timeout(1200)]

MOMENTS = int(os.environ.get("PYDEVPVA_MOMENTS", "10"))  # of each kind
MODULE = """
import time
import numpy as np
import pydev
@pydev.in_process
def work(value):
    time.sleep(0.003)
    return value
@pydev.in_process
def image(value): return np.full((256, 256), value).sum() / 65536
"""
PYTHON = """
import asyncio, concurrent.futures, time, numpy, moments_of_workers as apart
pool = concurrent.futures.ThreadPoolExecutor(2)
begun = ended = 0
async def work(value):
    global begun, ended
    begun += 1
    try:
        await asyncio.sleep(0.003)
        return value
    finally:
        ended += 1
async def both(value): return await apart.work(await work(value))
def later(value): return pool.submit(lambda: (time.sleep(0.003), value)[1])
"""
CODES = ("work(VAL)", "both(VAL)", "later(VAL)", "apart.work(VAL)", "await apart.work(VAL)", "apart.image(VAL)")
DB = "".join(
    f'record(ao, "X{n}") {{ field(DTYP, "pydev") field(OUT, "@{code}") info(pydev:timeout, "1") }}\n'
    for n, code in enumerate(CODES)
)


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYDEV_NUM_PROCESSES", "2")
    (tmp_path / "moments_of_workers.py").write_text(MODULE)
    yield
    sys.modules.pop("moments_of_workers", None)
    assert multiprocessing.active_children() == []
    assert shared_memory(os.getpid()) == []


def shared_memory(process: int) -> list[str]:
    """The blocks of an IOC in that process."""
    return [name for name in os.listdir("/dev/shm") if name.startswith(f"pydevpva-{process}-")]


def _cancel(ioc: Engine, record: str) -> None:
    with suppress(PydevpvaError):  # plain code: a call that is just being sent off
        ioc.ioc.run_python(f"pydev.cancel({record!r})")


def _limit(ioc: Engine, record: str) -> None:
    ioc.advance(1)


def _kill(ioc: Engine, record: str) -> None:
    for process in multiprocessing.active_children():
        if process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def _reload(ioc: Engine, record: str) -> None:
    ioc.ioc.evaluator.processes.renew()


@pytest.mark.parametrize(
    ("end", "seen"),
    [
        (_cancel, {"", "CancelledError"}),
        (_limit, {"", "TimeoutError: 1 s"}),
        (_kill, {"", "WorkerDied: "}),
        (_reload, {""}),
    ],
    ids=["cancel", "time limit", "dead worker", "reload"],
)
def test_each_put_is_answered_once(engine: StartEngine, end: Callable[[Engine, str], None], seen: set[str]) -> None:
    ioc = engine(DB, PYTHON)
    for n in range(len(CODES)):
        assert ioc.put(f"X{n}", 1) == "ok"  # the workers are there
    chance, alarms = random.Random(1), Counter[str]()
    for moment in range(MOMENTS):
        n = chance.randrange(len(CODES))
        puts = [ioc.begin_put(f"X{n}", moment) for _ in range(chance.choice((1, 2)))]
        time.sleep(chance.random() * 0.01)  # the moment
        end(ioc, f"X{n}")
        assert [ended() for ended in puts] == [None] * len(puts)  # fails when one is answered twice
        alarms[ioc.alarm(f"X{n}")[2][: 17 if end is _limit else 12 if end is _kill else None]] += 1
    print(dict(alarms))
    assert set(alarms) <= seen
    eventually(lambda: ioc.ioc.evaluator.later.report() == ([], []), "nothing is awaited any more")
    for n in range(len(CODES)):
        assert ioc.put(f"X{n}", 7) == "ok"
        assert (ioc.get(f"X{n}"), ioc.alarm(f"X{n}")[0]) == (7, "NO_ALARM")
    assert ioc.ioc.run_python("begun - ended") == 0
    ioc.ioc.stop()
    _nothing_is_left(ioc.ioc)


def test_a_client_that_goes_leaves_records_that_work(serve: Serve) -> None:
    served = serve(DB, PYTHON)
    chance = random.Random(2)
    for _ in range(MOMENTS):
        n = chance.randrange(len(CODES))
        with p4p_context(served.environment) as leaving:
            leaving.get(f"X{n}")
            request = RawContext.makeRequest("field()record[block=true]")
            put = RawContext.put(leaving, f"X{n}", bool, builder={"value": 1}, request=request, get=False)
            time.sleep(chance.random() * 0.01)
        del put
        assert served.put(f"X{n}", 2, wait=True) == "ok"
        assert served.get(f"X{n}")["value"] == 2
    eventually(lambda: served.ioc.evaluator.later.report() == ([], []), "nothing is awaited any more")
    served.ioc.stop()
    _nothing_is_left(served.ioc)


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_the_end(serve: Serve, seed: int) -> None:
    served = serve(DB, PYTHON)
    chance, answers = random.Random(seed), list[str]()
    if warm := chance.choice((True, False)):
        assert served.put("X3", 1, wait=True) == "ok"
    names = [f"X{n}" for n in range(len(CODES))]
    served.client.get(names)  # connects
    threads = [
        threading.Thread(target=lambda name=name: answers.append(served.put(name, 1, wait=True))) for name in names
    ]
    for thread in threads:
        thread.start()
    time.sleep(chance.random() * (0.02 if warm else 0.5))
    served.ioc.stop()
    for thread in threads:
        thread.join(20)
    assert len(answers) == len(names)
    assert [answer for answer in answers if "Timeout" in answer] == []
    _nothing_is_left(served.ioc)


def _nothing_is_left(ioc: Ioc) -> None:
    assert ioc.evaluator.later.report() == ([], [])
    assert ioc.evaluator.namespace["begun"] == ioc.evaluator.namespace["ended"]
    assert multiprocessing.active_children() == []
    assert [thread.name for thread in threading.enumerate() if thread.name == "pydev-async"] == []
    assert [slot._block for slot in ioc.evaluator.processes._slots if slot._block is not None] == []
