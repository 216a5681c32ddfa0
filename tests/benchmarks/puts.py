"""Puts with block=true: many at a time, one at a time, to a chain; beside the floor and softioc, in turn."""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Callable
from typing import Any

from p4p.client.raw import Context as RawContext
from p4p.client.thread import Context

from tests.benchmarks.at_work import AtWork
from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import PUT_PEERS, cpu_seconds, floor, pydev_chain, servers
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

CHANNELS = 16
ROUNDS = 5
SECONDS = 1.5
SINGLE = 400
CHAIN = 10
PROFILED = 4_000


@line
def puts() -> list[Result]:
    """16 PVs at a time: rate and CPU; one at a time: p50 and CPU."""
    rate = Result("put with block=true, 16 PVs at a time", "puts/s", goal=">= 1.0 x floor, > 1.6 x softioc")
    cpu = Result("the same: server CPU per put", "us", goal="<= 0.65 x floor")
    single = Result("put with block=true, one at a time: p50", "ms", goal="<= 1.1 x floor")
    single_cpu = Result("the same: server CPU per put", "us", goal="<= 1.15 x floor")
    with servers() as starter:
        running = {name: start(starter, CHANNELS) for name, start in PUT_PEERS.items()}
        for round_ in range(ROUNDS + 1):
            for name, server in running.items():
                if server is None:
                    continue
                with p4p_context(server.environment) as client:
                    figures = measure(client, server)
                if round_:  # the first warms up
                    for result, figure in zip((rate, cpu, single, single_cpu), figures, strict=True):
                        result.figures.setdefault(name, []).append(figure)
        told = {name: _at_work(server) for name, server in running.items() if server is not None and name != "softioc"}
    cpu.note, single_cpu.note = (_words(one) for one in zip(*told.values(), strict=True))
    rate.ratio = rate.median("pydevpva") / rate.median("floor")
    rate.reached = rate.ratio >= 1.0
    if "softioc" in rate.figures:
        rate.reached = rate.reached and rate.median("pydevpva") > 1.6 * rate.median("softioc")
    for result, most in ((cpu, 0.65), (single, 1.1), (single_cpu, 1.15)):
        result.ratio = result.median("pydevpva") / result.median("floor")
        result.reached = result.ratio <= most
    return [rate, cpu, single, single_cpu]


def _at_work(server: ServerProcess) -> tuple[str, str]:
    """Who works for a put: 16 at a time, and one."""
    with p4p_context(server.environment) as client:
        putter = Putter(client)
        putter.run(4 * CHANNELS)
        many = AtWork(server)
        for_many = many.each(putter.run(PROFILED))
        one = AtWork(server)
        _one_at_a_time(client, server)
        return for_many, one.each(SINGLE)


def _words(one: tuple[str, ...]) -> str:
    floors, ours = one
    return f"here: {ours}; floor: {floors}"


@line
def chain() -> list[Result]:
    """10 records in a row, beside the floor's put to one."""
    result = Result("put with block=true to 10 pydev records in a FLNK chain: p50", "ms", goal="<= 2.1 x floor's one")
    with servers() as starter:
        running = {"floor": floor(starter, 1), "pydevpva": starter.pydevpva(db=pydev_chain(CHAIN))}
        for round_ in range(ROUNDS + 1):
            for name, server in running.items():
                with p4p_context(server.environment) as client:
                    latency, _ = _one_at_a_time(client, server)
                if round_:
                    result.figures.setdefault(name, []).append(latency)
    result.ratio = result.median("pydevpva") / result.median("floor")
    result.reached = result.ratio <= 2.1
    return [result]


def measure(client: Context, server: ServerProcess) -> tuple[float, float, float, float]:
    """(puts per second, server CPU us each; one at a time: p50 in ms, CPU). Each PV has one put under way, always."""
    putter = Putter(client)
    putter.run(4 * CHANNELS)
    used, begin = cpu_seconds(server), time.perf_counter()
    count = putter.run_for(SECONDS)
    seconds, used = time.perf_counter() - begin, cpu_seconds(server) - used
    return count / seconds, used / count * 1e6, *_one_at_a_time(client, server)


def _one_at_a_time(client: Context, server: ServerProcess) -> tuple[float, float]:
    """(p50 in ms, server CPU us each)."""
    client.get("x:0")
    latencies, used = [], cpu_seconds(server)
    for i in range(SINGLE):
        at = time.perf_counter()
        client.put("x:0", {"value": float(i)}, wait=True, get=False)
        latencies.append(time.perf_counter() - at)
    return statistics.median(latencies) * 1e3, (cpu_seconds(server) - used) / SINGLE * 1e6


class Putter:
    """Puts without p4p's own waiting thread, which would be the slowest part of all. Main thread."""

    def __init__(self, client: Context) -> None:
        self._client = client
        self._request = RawContext.makeRequest("field()record[block=true,process=passive]")
        self._done: queue.SimpleQueue[tuple[int, object]] = queue.SimpleQueue()
        self._operations: dict[int, Any] = {}

    def run_for(self, seconds: float) -> int:
        """Put for that long; how many were answered."""
        end = time.perf_counter() + seconds
        return self._run(lambda count: time.perf_counter() >= end)

    def run(self, count: int) -> int:
        """Put that many times."""
        return self._run(lambda done: done >= count)

    def _run(self, enough: Callable[[int], bool]) -> int:
        for i in range(CHANNELS):
            self._begin(i, 0)
        count = left = 0
        while left < CHANNELS:
            i, answer = self._done.get(timeout=20)
            if isinstance(answer, Exception):
                raise answer
            count += 1
            if enough(count):
                left += 1
            else:
                self._begin(i, count)
        return count

    def _begin(self, i: int, value: int) -> None:
        def fill(sent: Any) -> None:
            sent["value"] = float(value)

        if i in self._operations:
            self._operations.pop(i).close()
        self._operations[i] = RawContext.put(
            self._client,
            f"x:{i}",
            lambda answer: self._done.put((i, answer)),
            builder=fill,
            request=self._request,
            get=False,
        )
