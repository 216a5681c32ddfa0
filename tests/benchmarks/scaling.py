"""How cost grows with records, clients and monitors; the exponent 1 is linear."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack

from p4p.client.thread import Context

from tests.benchmarks.lines import Result, line
from tests.benchmarks.loading import LONGEST, records
from tests.benchmarks.monitors import watch
from tests.benchmarks.peers import cpu_seconds, memory_mb, pydev_outputs, servers
from tests.clients import p4p_context

SIZES = (100, 1_000, 10_000, 100_000)
GETS = 300
CLIENTS = (1, 10, 100)
PUTS = 1_000
MONITORS = (1, 10, 100, 1_000, 10_000)


@line
def by_records() -> list[Result]:
    """Loading, memory and get latency from 100 to 100,000 records; loading and memory less those of the smallest.

    Processor time: what takes seconds is slowed by who shares the machine more often than what takes one.
    """
    seconds: list[float] = []
    memory: list[float] = []
    latency: list[float] = []
    for size in SIZES:
        with servers() as starter:
            path = starter.file("load.db", records(size))
            loads = []
            for _ in range(3):  # half a second each, but for the largest
                server = starter.pydevpva("-d", path, serving=False)
                server.wait_serving(LONGEST)
                loads.append(cpu_seconds(server))
                if size == SIZES[-1]:
                    break
            seconds.append(statistics.median(loads))
            memory.append(memory_mb(server))
            with p4p_context(server.environment) as client:
                client.get("load:0")
                begin = time.perf_counter()
                for i in range(GETS):
                    client.get(f"load:{i * 7919 % size}")
                latency.append((time.perf_counter() - begin) / GETS * 1e3)
    return [
        _table("processor time of a start by records", "s", seconds, exponent=_exponent(seconds)),
        _table("memory by records", "MB", memory, exponent=_exponent(memory)),
        _table("latency of a first get by records", "ms", latency, exponent=math.log10(latency[-1] / latency[-2])),
    ]


@line
def by_clients() -> list[Result]:
    """Puts in turn from 1, 10 and 100 clients, each with a connection of its own."""
    cpu: list[float] = []
    memory: list[float] = []
    with servers() as starter, ExitStack() as stack:
        server = starter.pydevpva(db=pydev_outputs(1))
        clients: list[Context] = []
        for count in CLIENTS:
            while len(clients) < count:  # one after the other: p4p's clients hinder each other when they open at once
                clients.append(stack.enter_context(p4p_context(server.environment)))
                clients[-1].get("x:0")
            used = cpu_seconds(server)
            for i in range(PUTS):
                clients[i % count].put("x:0", {"value": float(i)}, wait=True, get=False)
            cpu.append((cpu_seconds(server) - used) / PUTS * 1e6)
            memory.append(memory_mb(server))
    return [
        _table("server CPU per put by clients, in turn", "us", cpu, math.log10(cpu[-1] / cpu[-2]), CLIENTS, 0.1),
        _table("memory by clients", "MB", memory, math.log10(memory[-1] / memory[-2]), CLIENTS),
    ]


@line
def by_monitors() -> list[Result]:
    """Server CPU per update: as many records as monitors, all of one client."""
    costs = []
    for count in MONITORS:
        scan = ".1 second" if count <= 1_000 else "1 second"  # more than 10,000 a second are too many for the client
        db = "".join(f'record(calc,"x:{i}") {{ field(CALC,"VAL+1") field(SCAN,"{scan}") }}\n' for i in range(count))
        with servers() as starter:
            costs.append(watch(starter.pydevpva(db=db), count)[0])
    result = _table("server CPU per update by monitors", "us", costs, math.log10(costs[-1] / costs[-2]), MONITORS, 0.1)
    return [result]


def _exponent(costs: list[float]) -> float:
    """Growth from 10,000 to 100,000 records of what comes on top of an IOC of 100."""
    return math.log10((costs[-1] - costs[0]) / max(costs[-2] - costs[0], 1e-9))


def _table(
    name: str, unit: str, costs: list[float], exponent: float, sizes: Sequence[int] = SIZES, most: float = 1.1
) -> Result:
    """The costs of all sizes as a note; what decides is how the last step of ten grew."""
    shown = ", ".join(f"{size:,}: {cost:.3g}" for size, cost in zip(sizes, costs, strict=True))
    result = Result(name, unit, {"pydevpva": [costs[-1]]}, goal=f"exponent <= {most}", note=shown)
    result.ratio, result.reached = exponent, exponent <= most
    return result
