"""How cost grows with records, clients and monitors; the exponent 1 is linear."""

from __future__ import annotations

import math
import time

from tests.benchmarks.lines import Result, line
from tests.benchmarks.loading import records
from tests.benchmarks.peers import memory_mb, servers
from tests.clients import p4p_context

SIZES = (100, 1_000, 10_000, 100_000)
GETS = 300


@line
def by_records() -> list[Result]:
    """Load time, memory and get latency from 100 to 100,000 records; load and memory less those of the smallest."""
    seconds: list[float] = []
    memory: list[float] = []
    latency: list[float] = []
    for size in SIZES:
        with servers() as starter:
            path = starter.file("load.db", records(size))
            begin = time.perf_counter()
            server = starter.pydevpva("-d", path)
            seconds.append(time.perf_counter() - begin)
            memory.append(memory_mb(server))
            with p4p_context(server.environment) as client:
                client.get("load:0")
                begin = time.perf_counter()
                for i in range(GETS):
                    client.get(f"load:{i * 7919 % size}")
                latency.append((time.perf_counter() - begin) / GETS * 1e3)
    return [
        _table("load time by records", "s", seconds, exponent=_exponent(seconds)),
        _table("memory by records", "MB", memory, exponent=_exponent(memory)),
        _table("latency of a first get by records", "ms", latency, exponent=math.log10(latency[-1] / latency[-2])),
    ]


def _exponent(costs: list[float]) -> float:
    """Growth from 10,000 to 100,000 records of what comes on top of an IOC of 100."""
    return math.log10((costs[-1] - costs[0]) / max(costs[-2] - costs[0], 1e-9))


def _table(name: str, unit: str, costs: list[float], exponent: float) -> Result:
    shown = ", ".join(f"{size:,}: {cost:.3g}" for size, cost in zip(SIZES, costs, strict=True))
    result = Result(name, unit, {"pydevpva": [costs[-1]]}, goal="exponent <= 1.1", note=shown)
    result.ratio, result.reached = exponent, exponent <= 1.1
    return result
