"""Records whose code awaits, beside plain code."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import cpu_seconds, servers
from tests.benchmarks.yardstick import in_cpu
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter

SECONDS, ROUNDS = 4.0, 3
COUNT = 500  # records at ".1 second"
WORK = """
import asyncio
async def at_once(value): return value + 1
"""
SCANNED = 'record(ai,"s{0}") {{ field(DTYP,"pydev") field(INP,"@{1}") field(SCAN,"{2}") field(FLNK,"n{0}") }}\n'
COUNTER = 'record(calc,"n{0}") {{ field(CALC,"VAL+1") }}\n'


@line
def awaiting() -> list[Result]:
    """A coroutine that returns at once beside plain code; 1,000 records that await 0.1 s, once a second."""
    more = Result("coroutine that returns at once: CPU per processing beyond plain code", "us")
    kept = Result("1,000 ai that await 0.1 s, once a second: processings/s", "/s", goal="all")
    beyond = Result("the same: CPU per processing beyond plain code; 10 us is a hundredth of a core", "us")
    for _ in range(ROUNDS):
        plain, later = _scan("VAL+1", ".1 second", COUNT), _scan("await at_once(VAL)", ".1 second", COUNT)
        more.figures.setdefault("pydevpva", []).append((later[1] / later[0] - plain[1] / plain[0]) * 1e6)
        plain, later = _scan("VAL+1", "1 second", 1000), _scan("await asyncio.sleep(0.1, 1)", "1 second", 1000)
        kept.figures.setdefault("pydevpva", []).append(later[0])
        beyond.figures.setdefault("pydevpva", []).append((later[1] / later[0] - plain[1] / plain[0]) * 1e6)
    kept.reached = kept.median("pydevpva") >= 990
    in_cpu(more, 60)
    in_cpu(beyond, 50)
    return [more, kept, beyond]


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
