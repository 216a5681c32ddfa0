"""Puts with block=true: many at a time and one at a time, beside the floor and softioc, in alternating order."""

from __future__ import annotations

import statistics
import time

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import PUT_PEERS, cpu_seconds, servers
from tests.clients import p4p_context

CHANNELS = 16
ROUNDS = 5
SECONDS = 1.5
SINGLE = 400


@line
def puts() -> list[Result]:
    """16 PVs at a time: rate and CPU; one at a time: p50."""
    rate = Result("put with block=true, 16 PVs at a time", "puts/s", goal=">= 0.85 x floor, > 1.6 x softioc")
    cpu = Result("the same: server CPU per put", "us", goal="<= 1.25 x floor")
    single = Result("put with block=true, one at a time: p50", "ms", goal="<= 1.2 x floor")
    with servers() as starter:
        running = {name: start(starter, CHANNELS) for name, start in PUT_PEERS.items()}
        for round_ in range(ROUNDS + 1):
            for name, server in running.items():
                if server is None:
                    continue
                with p4p_context(server.environment) as client:
                    figures = _measure(client, server)
                if round_:  # the first warms up
                    for result, figure in zip((rate, cpu, single), figures, strict=True):
                        result.figures.setdefault(name, []).append(figure)
    rate.ratio = rate.median("pydevpva") / rate.median("floor")
    rate.reached = rate.ratio >= 0.85
    if "softioc" in rate.figures:
        rate.reached = rate.reached and rate.median("pydevpva") > 1.6 * rate.median("softioc")
    cpu.ratio = cpu.median("pydevpva") / cpu.median("floor")
    cpu.reached = cpu.ratio <= 1.25
    single.ratio = single.median("pydevpva") / single.median("floor")
    single.reached = single.ratio <= 1.2
    return [rate, cpu, single]


def _measure(client: object, server: object) -> tuple[float, float, float]:
    names = [f"x:{i}" for i in range(CHANNELS)]
    put = client.put  # type: ignore[attr-defined]
    put(names, [{"value": 0.0}] * CHANNELS, wait=True, get=False)
    count, begin, used = 0, time.perf_counter(), cpu_seconds(server)  # type: ignore[arg-type]
    while time.perf_counter() - begin < SECONDS:
        put(names, [{"value": float(count)}] * CHANNELS, wait=True, get=False)
        count += CHANNELS
    seconds = time.perf_counter() - begin
    used = cpu_seconds(server) - used  # type: ignore[arg-type]
    latencies = []
    for i in range(SINGLE):
        at = time.perf_counter()
        put("x:0", {"value": float(i)}, wait=True, get=False)
        latencies.append(time.perf_counter() - at)
    return count / seconds, used / count * 1e6, statistics.median(latencies) * 1e3
