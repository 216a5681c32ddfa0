"""Soft records beside Python that takes all it can get: a client's puts, and how evenly a soft scan ticks.

Each figure stands beside that of the same IOC at rest.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from p4p.client.thread import Context

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import servers
from tests.benchmarks.yardstick import in_latency
from tests.clients import p4p_context

PUTS, TICKS, BUSY = 400, 60, 10
SOFT = """record(ao,"soft") { }
record(calc,"tick") { field(CALC,"VAL+1") field(SCAN,".1 second") }
"""
SATURATING = "".join(
    f'record(ai,"s{i}") {{ field(DTYP,"pydev") field(INP,"@VAL+1") field(SCAN,".1 second") }}\n' for i in range(20_000)
)
COMPUTE = """
import time
def compute(seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end: sum(i * i for i in range(1000))
"""
COMPUTING = "".join(
    f'record(bo,"c{i}") {{ field(DTYP,"pydev") field(OUT,"@compute()") field(PINI,"YES") }}\n' for i in range(4)
)


@dataclass
class Seen:
    """Seconds: of each put, and between two ticks by their time stamps."""

    puts: list[float]
    ticks: list[float]

    def put(self, hundredth: int) -> float:
        return sorted(self.puts)[len(self.puts) * hundredth // 100] * 1e3

    @property
    def unevenness(self) -> float:
        return statistics.stdev(self.ticks) * 1e3


@line
def soft_beside_scans() -> list[Result]:
    """20,000 expressions asked for 200,000 processings a second."""
    return _beside("20,000 Python records saturate", SATURATING, {}, (1.0, 5.0, 4.0))


@line
def soft_beside_threads() -> list[Result]:
    """Four evaluator threads, each in a loop of Python."""
    return _beside("4 evaluator threads compute", COMPUTING, {"PYDEV_NUM_THREADS": "4"}, (2.0, None, None))


@line
def tick_under_load() -> list[Result]:
    """Ten processes that compute, beside an IOC with one soft record, without and with --realtime."""
    worst = Result('".1 second" tick beside ten busy processes, --realtime: worst', "ms", goal="<= 1 ms")
    even = Result("the same: sd of its periods", "ms", goal="<= 0.2 ms")
    usual, realtime = _ticks_under_load(("-S",)), _ticks_under_load(("--realtime", "-S"))
    for result, measure, most in ((even, statistics.stdev, 0.2), (worst, _worst, 1.0)):
        figure = measure(realtime) * 1e3
        result.figures["pydevpva"], result.reached = [figure], figure <= most
        result.note = f"{measure(usual) * 1e3:.2g} without"
    return [even, worst]


def _ticks_under_load(flags: tuple[str, ...]) -> list[float]:
    with servers() as starter:
        server = starter.pydevpva(db=SOFT, flags=flags)
        for _ in range(BUSY):
            starter.command(sys.executable, "-c", "while True: pass", serving=False)
        with p4p_context(server.environment) as client:
            return _ticks(client)


def _worst(periods: Sequence[float]) -> float:
    return max(abs(period - 0.1) for period in periods)


def _beside(what: str, db: str, env: dict[str, str], goals: tuple[float, float | None, float | None]) -> list[Result]:
    rest, busy = _measure("", env), _measure(db, env)
    names = (f"soft put while {what}: p50", "the same: p99", 'the same, soft ".1 second" tick: sd of its periods')
    figures = ((busy.put(50), rest.put(50)), (busy.put(99), rest.put(99)), (busy.unevenness, rest.unevenness))
    results = []
    for name, (figure, at_rest), most in zip(names, figures, goals, strict=True):
        result = Result(name, "ms", {"pydevpva": [figure]}, note=f"{at_rest:.2f} at rest")
        if most is not None:
            in_latency(result, most)
        results.append(result)
    return results


def _measure(db: str, env: dict[str, str]) -> Seen:
    with servers() as starter:
        folder = starter.file("computing.py", COMPUTE).parent
        startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from computing import compute")']
        server = starter.pydevpva(db=SOFT + db, startup=startup, env=env)
        with p4p_context(server.environment) as client:
            return Seen(_puts(client), _ticks(client))


def _puts(client: Context) -> list[float]:
    seconds = []
    client.put("soft", {"value": 0.0}, wait=True, get=False)
    for i in range(PUTS):
        begin = time.perf_counter()
        client.put("soft", {"value": float(i)}, wait=True, get=False)
        seconds.append(time.perf_counter() - begin)
        time.sleep(0.005)  # so that puts fall on all moments of a scan
    return seconds


def _ticks(client: Context) -> list[float]:
    stamps: list[float] = []
    monitor = client.monitor("tick", lambda value: stamps.append(_stamp(value)), notify_disconnect=False)
    time.sleep(TICKS * 0.1)
    monitor.close()
    return [later - earlier for earlier, later in pairwise(stamps[1:])]


def _stamp(value: Any) -> float:
    stamp = value["timeStamp"]
    return float(stamp["secondsPastEpoch"]) + float(stamp["nanoseconds"]) / 1e9
