"""A thousand PVs that change ten times a second, all watched by one client, and by ten."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.benchmarks.at_work import AtWork
from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import SERVERS, cpu_seconds, floor, servers
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter

COUNT = 1_000
SECONDS = 4.0
ROUNDS = 2
DB = "".join(f'record(calc,"x:{i}") {{ field(CALC,"VAL+1") field(SCAN,".1 second") }}\n' for i in range(COUNT))
PEERS: dict[str, Callable[[Starter], ServerProcess]] = {
    "floor": lambda starter: floor(starter, COUNT, 0.1),
    "pydevpva": lambda starter: starter.pydevpva(db=DB),
}


@line
def monitored() -> list[Result]:
    """Server CPU per update and client, beside a bare p4p server that only posts."""
    one = Result("1,000 monitored PVs at 10 Hz to one client: server CPU per update", "us", goal="<= 1.5 x bare post")
    ten = Result("the same to 10 clients: server CPU per update that one of them gets", "us", goal="<= 1.2 x bare post")
    for result, clients, most in ((one, 1, 1.5), (ten, 10, 1.2)):
        told = {}
        for _ in range(ROUNDS):
            for peer, start in PEERS.items():
                with servers() as starter:
                    figure, told[peer] = watch(start(starter), clients=clients)
                    result.figures.setdefault(peer, []).append(figure)
        result.note = f"of each by thread: here {told['pydevpva']}; floor {told['floor']}"
        result.ratio = result.median("pydevpva") / result.median("floor")
        result.reached = result.ratio <= most
    return [one, ten]


def watch(server: ServerProcess, count: int = COUNT, clients: int = 1) -> tuple[float, str]:
    """Processor time of the server per update and client, in us, and whose. One client counts; each gets as many."""
    updates, first = [0], threading.Semaphore(0)

    def came(value: object) -> None:
        updates[0] += 1
        first.release()

    with _idle_watchers(server, clients - 1, count), p4p_context(server.environment) as client:
        subscriptions = [client.monitor(f"x:{i}", came) for i in range(count)]
        for _ in subscriptions:
            first.acquire(timeout=20)
        used, before, threads = cpu_seconds(server), updates[0], AtWork(server)
        time.sleep(SECONDS)
        used, got = cpu_seconds(server) - used, updates[0] - before
        return used / (got * clients) * 1e6, threads.each(got * clients)


@contextmanager
def _idle_watchers(server: ServerProcess, clients: int, count: int) -> Iterator[None]:
    """So many other clients of all the PVs."""
    if not clients:
        yield
        return
    command = [sys.executable, str(SERVERS / "idle_watchers.py"), str(clients), str(count)]
    environment = {**os.environ, **server.environment}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == b"ready\n"
        yield
