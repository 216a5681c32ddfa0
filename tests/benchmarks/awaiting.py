"""Records whose code awaits, and records whose code runs in worker processes, beside plain code."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import cpu_seconds, servers
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter

SECONDS, ROUNDS = 4.0, 3
COUNT = 500  # records at ".1 second"
WORK = """
import asyncio, statistics, time
import numpy as np
import pydev
async def at_once(value): return value + 1
def busy():
    end = time.thread_time() + 0.005
    while time.thread_time() < end: pass
    return 1
@pydev.in_process
def busy_apart():
    end = time.thread_time() + 0.005
    while time.thread_time() < end: pass
    return 1
@pydev.in_process
def echo(value): return value
def round_trips(value, count):
    echo(value).result(); echo(value).result()
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        echo(value).result()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1e6
"""
SCANNED = 'record(ai,"s{0}") {{ field(DTYP,"pydev") field(INP,"@{1}") field(SCAN,"{2}") field(FLNK,"n{0}") }}\n'
COUNTER = 'record(calc,"n{0}") {{ field(CALC,"VAL+1") }}\n'
TRIPS = """
record(ao,"t") { field(DTYP,"pydev") field(OUT,"@round_trips(3, 1000)") }
record(ao,"a") { field(DTYP,"pydev") field(OUT,"@round_trips(np.zeros(2 << 20, 'u1'), 100)") }
"""


@line
def awaiting() -> list[Result]:
    """A coroutine that returns at once beside plain code; 1,000 records that await 0.1 s, once a second."""
    more = Result("coroutine that returns at once: CPU per processing beyond plain code", "us", goal="<= 60 us")
    kept = Result("1,000 ai that await 0.1 s, once a second: processings/s", "/s", goal="all")
    beyond = Result("the same: CPU beyond that of plain code", "% of a core", goal="<= 5 %")
    for _ in range(ROUNDS):
        plain, later = _scan("VAL+1", ".1 second", COUNT), _scan("await at_once(VAL)", ".1 second", COUNT)
        more.figures.setdefault("pydevpva", []).append((later[1] / later[0] - plain[1] / plain[0]) * 1e6)
        plain, later = _scan("VAL+1", "1 second", 1000), _scan("await asyncio.sleep(0.1, 1)", "1 second", 1000)
        kept.figures.setdefault("pydevpva", []).append(later[0])
        beyond.figures.setdefault("pydevpva", []).append((later[1] - plain[1]) * 100)
    more.reached = more.median("pydevpva") <= 60
    kept.reached = kept.median("pydevpva") >= 990
    beyond.reached = beyond.median("pydevpva") <= 5
    return [more, kept, beyond]


@line
def processes() -> list[Result]:
    """80 records of 5 ms pure Python, four times what a core can do, on one thread and in processes; round trips."""
    rate = Result("80 records of 5 ms pure Python at .1 second: in processes, beside one thread", "x", goal=">= 1.7")
    small = Result("in_process: round trip of a small value", "us", goal="<= 250 us")
    large = Result("in_process: round trip of a 2 MiB array", "us", goal="<= 3,000 us")
    for _ in range(ROUNDS):
        one, apart = _scan("busy()", ".1 second", 80)[0], _scan("busy_apart()", ".1 second", 80)[0]
        rate.figures.setdefault("pydevpva", []).append(apart / one)
        with servers() as starter:
            server = _started(starter, TRIPS)
            with p4p_context(server.environment) as client:
                for result, name in ((small, "t"), (large, "a")):
                    client.put(name, {"value": 1}, wait=True, get=False, timeout=60)
                    result.figures.setdefault("pydevpva", []).append(float(client.get(name)["value"]))
    rate.reached = rate.median("pydevpva") >= 1.7
    small.reached, large.reached = small.median("pydevpva") <= 250, large.median("pydevpva") <= 3000
    return [rate, small, large]


def _started(starter: Starter, db: str) -> ServerProcess:
    folder: Path = starter.file("awaiting_work.py", WORK).parent
    startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from awaiting_work import *")']
    return starter.pydevpva(db=db, startup=startup)


def _scan(code: str, period: str, count: int) -> tuple[float, float]:
    """(processings, CPU seconds) a second, of this many records."""
    db = "".join(SCANNED.format(n, code, period) + COUNTER.format(n) for n in range(count))
    with servers() as starter:
        server = _started(starter, db)
        time.sleep(1)
        first, used, begin = _done(server, count), cpu_seconds(server), time.perf_counter()
        time.sleep(SECONDS)
        used, seconds = cpu_seconds(server) - used, time.perf_counter() - begin
        return (_done(server, count) - first) / seconds, used / seconds


def _done(server: ServerProcess, count: int) -> float:
    names = [f"n{n}" for n in range(0, count, max(1, count // 20))]
    with p4p_context(server.environment) as client:
        return float(np.mean([value["value"] for value in client.get(names, timeout=20)])) * count
