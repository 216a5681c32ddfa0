"""A thousand PVs that change ten times a second, all watched by one client."""

from __future__ import annotations

import threading
import time

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import cpu_seconds, floor, servers
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

COUNT = 1_000
SECONDS = 4.0


@line
def monitored() -> list[Result]:
    """Server CPU per update, beside a bare p4p server that only posts."""
    result = Result(
        "1,000 monitored PVs at 10 Hz to one client: server CPU per update", "us", goal="<= 1.3 x bare post"
    )
    db = "".join(f'record(calc,"x:{i}") {{ field(CALC,"VAL+1") field(SCAN,".1 second") }}\n' for i in range(COUNT))
    for _ in range(2):
        with servers() as starter:
            result.figures.setdefault("floor", []).append(watch(floor(starter, COUNT, 0.1)))
        with servers() as starter:
            result.figures.setdefault("pydevpva", []).append(watch(starter.pydevpva(db=db)))
    result.ratio = result.median("pydevpva") / result.median("floor")
    result.reached = result.ratio <= 1.3
    return [result]


def watch(server: ServerProcess, count: int = COUNT) -> float:
    """Processor time of the server per update received, in us."""
    updates, first = [0], threading.Semaphore(0)

    def came(value: object) -> None:
        updates[0] += 1
        first.release()

    with p4p_context(server.environment) as client:
        subscriptions = [client.monitor(f"x:{i}", came) for i in range(count)]
        for _ in subscriptions:
            first.acquire(timeout=20)
        used, before = cpu_seconds(server), updates[0]
        time.sleep(SECONDS)
        used, got = cpu_seconds(server) - used, updates[0] - before
    return used / got * 1e6
