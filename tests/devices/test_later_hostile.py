"""Cancel, time limits and the end at random moments: each put is answered once, and nothing is left."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest

from pydevpva.errors import PydevpvaError
from tests.local_ioc import Serve, StartEngine, eventually

ROUNDS = 200
PYTHON = """
import asyncio, concurrent.futures, time
pool = concurrent.futures.ThreadPoolExecutor(2)
begun = ended = 0
async def work():
    global begun, ended
    begun += 1
    try:
        await asyncio.sleep(0.002)
        return 1
    finally:
        ended += 1
        await asyncio.sleep(0.0005)
def later(): return pool.submit(time.sleep, 0.002)
"""
CODES = ("await work()", "work()", "later()", "time.sleep(0.0005)")
DB = "".join(f'record(ao, "X{n}") {{ field(DTYP, "pydev") field(OUT, "@{code}") }}\n' for n, code in enumerate(CODES))


def test_cancel_at_random_moments(engine: StartEngine) -> None:
    ioc = engine(DB, PYTHON)
    chance, seen = random.Random(1), Counter[str]()
    for _ in range(ROUNDS):
        n = chance.randrange(len(CODES))
        puts = [ioc.begin_put(f"X{n}", 1) for _ in range(chance.choice((1, 2)))]
        time.sleep(chance.random() * 0.004)  # the moment
        with suppress(PydevpvaError):  # plain code cannot be
            ioc.ioc.run_python(f"pydev.cancel('X{n}')")
        assert [ended() for ended in puts] == [None] * len(puts)
        seen[ioc.alarm(f"X{n}")[2]] += 1
    assert set(seen) == {"", "CancelledError"}
    eventually(lambda: ioc.ioc.evaluator.later.report() == ([], []), "nothing is awaited any more")
    assert ioc.ioc.run_python("begun - ended") == 0
    for n in range(len(CODES)):
        assert ioc.put(f"X{n}", 1) == "ok"
        assert ioc.alarm(f"X{n}")[0] == "NO_ALARM"


def test_time_limits_at_random_moments(engine: StartEngine) -> None:
    db = "".join(
        f'record(ao, "X{n}") {{ field(DTYP, "pydev") field(OUT, "@{code}") info(pydev:timeout, "1") }}\n'
        for n, code in enumerate(CODES)
    )
    ioc = engine(db, PYTHON)
    chance, seen = random.Random(2), Counter[str]()
    for _ in range(ROUNDS):
        n = chance.randrange(len(CODES))
        ended = ioc.begin_put(f"X{n}", 1)
        time.sleep(chance.random() * 0.004)
        ioc.advance(1)
        assert ended() is None
        seen[ioc.alarm(f"X{n}")[2]] += 1
    assert set(seen) == {"", "TimeoutError: 1 s"}
    eventually(lambda: ioc.ioc.evaluator.later.report() == ([], []), "nothing is awaited any more")


@pytest.mark.parametrize("seed", range(10))
def test_the_end_at_a_random_moment(serve: Serve, seed: int) -> None:
    chance, of_others = random.Random(seed), set(threading.enumerate())
    served = serve(DB, PYTHON)
    for n in range(len(CODES)):
        served.get(f"X{n}")  # connects
    answers: list[str] = []

    def put(n: int) -> None:
        answers.append(served.put(f"X{n}", 1, wait=True))

    threads = [threading.Thread(target=put, args=(n % len(CODES),)) for n in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(chance.random() * 0.01)
    served.ioc.stop()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 8
    assert not [answer for answer in answers if "Timeout" in answer]
    assert served.ioc.run_python("begun - ended") == 0
    left = set(threading.enumerate()) - of_others
    assert not [thread.name for thread in left if thread.name == "pydev-async"]
