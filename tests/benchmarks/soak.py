"""Half an hour of everything at once: puts, scans, published values, monitors, clients that come and go.

python -m tests.benchmarks.soak [SECONDS]
Prints memory, threads, file descriptors and answered work as it goes; ends with status 1 when something grew.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from typing import NamedTuple

from p4p.client.thread import Context

from tests.benchmarks.peers import SERVERS, descriptors, memory_mb, servers, threads
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

RECORDS = 300
STEPS = 60  # samples over the whole time
GROWTH_MB = 8.0
GROWTH_COUNT = 6
KINDS = ("put", "get", "watch", "reconnect")
DB = (
    'record(ao,"out{0}") {{ field(DTYP,"pydev") field(OUT,"@VAL*2") field(FLNK,"sum{0}") }}\n'
    'record(calc,"sum{0}") {{ field(CALC,"A+B") field(INPA,"out{0} CP") field(INPB,"in{0}") }}\n'
    'record(ai,"in{0}") {{ field(DTYP,"pydev") field(INP,"@VAL+random.random()") field(SCAN,".1 second") }}\n'
    'record(waveform,"wave{0}") {{ field(DTYP,"pydev") field(INP,"@[random.random()]*200")'
    ' field(FTVL,"DOUBLE") field(NELM,"200") field(SCAN,"1 second") }}\n'
    'record(longin,"event{0}") {{ field(DTYP,"pydev") field(INP,"@pydev.iointr(\'e{0}\')") field(SCAN,"I/O Intr") }}\n'
    'record(stringin,"fail{0}") {{ field(DTYP,"pydev") field(INP,"@1/0") field(SCAN,"2 second") }}\n'
)
STARTUP = (
    'pydev("import collections, random, threading, time")',
    'pydev("numbers = lambda: (int(1e6 * n) for n in iter(random.random, 2))")',
    "pydev(\"published = lambda: ((pydev.iointr('e%d' % (i % 300), i), time.sleep(0.001)) for i in numbers())\")",
    'pydev("publish = lambda: collections.deque(published(), maxlen=0)")',  # keeps nothing
    'pydev("threading.Thread(target=publish, daemon=True).start()")',
)


class Sample(NamedTuple):
    """One look at the server."""

    memory: float
    threads: int
    descriptors: int


class Work:
    """One client process at work: p4p's client does not bear many contexts that open at once in one process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def put(self, client: Context) -> None:
        name = f"out{random.randrange(RECORDS)}"
        client.put(name, {"value": random.random()}, wait=random.random() < 0.8, get=False, timeout=10)

    def get(self, client: Context) -> None:
        kinds = ("out", "sum", "in", "wave", "event", "fail")
        client.get([f"{random.choice(kinds)}{random.randrange(RECORDS)}" for _ in range(10)], timeout=10)

    def watch(self, client: Context) -> None:
        names = [f"in{random.randrange(RECORDS)}" for _ in range(20)]
        command = [sys.executable, str(SERVERS / "watcher.py"), "400", *names]
        subprocess.run(command, env={**os.environ, **self.environment}, timeout=60, check=True)

    def reconnect(self, client: Context) -> None:
        with p4p_context(self.environment) as other:
            other.get(f"sum{random.randrange(RECORDS)}.A", timeout=10)


def repeat(name: str, environment: dict[str, str], ended: Event, done: Queue[tuple[str, str]]) -> None:
    """A client process: does its work over and over, with a new context every 200 times."""
    work = getattr(Work(environment), name)
    while not ended.is_set():
        try:
            with p4p_context(environment) as client:
                for _ in range(200):
                    if not ended.is_set():
                        work(client)
                        done.put((name, ""))
        except Exception as error:
            done.put((name, repr(error)))


class Load:
    """All clients."""

    def __init__(self, server: ServerProcess) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.ended, self._done = spawn.Event(), spawn.Queue()
        self.counts: dict[str, int] = {}
        self.errors: list[str] = []
        self._clients = [
            spawn.Process(target=repeat, args=(name, server.environment, self.ended, self._done), daemon=True)
            for name in ("put", *KINDS)
        ]
        for client in self._clients:
            client.start()

    def collect(self) -> str:
        """What was done so far, in words."""
        while not self._done.empty():
            name, error = self._done.get()
            self.counts[name] = self.counts.get(name, 0) + 1
            if error:
                self.errors.append(f"{name}: {error}")
        work = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        return f"{work}, errors {len(self.errors)}"

    def stop(self) -> None:
        self.ended.set()
        for client in self._clients:
            client.join(1)
            client.kill()


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1800.0
    with servers() as starter:
        server = starter.pydevpva(db="".join(DB.format(i) for i in range(RECORDS)), startup=STARTUP)
        load = Load(server)
        samples: list[Sample] = []
        before: dict[str, int] = {}
        begin = time.monotonic()
        for step in range(1, STEPS + 1):
            time.sleep(max(0.0, begin + step * seconds / STEPS - time.monotonic()))
            samples.append(Sample(memory_mb(server), threads(server), descriptors(server)))
            print(f"{time.monotonic() - begin:6.0f} s  {samples[-1]}  {load.collect()}", flush=True)
            if step == STEPS * 4 // 5:
                before = dict(load.counts)
        load.stop()
    load.errors += [
        f"{name}: nothing done in the last fifth" for name in KINDS if load.counts.get(name, 0) == before.get(name, 0)
    ]
    return report(samples, load.errors)


def report(samples: list[Sample], errors: list[str]) -> int:
    """Compares the second fifth of the time with the last; 1 when anything grew or failed."""
    fifth = max(1, len(samples) // 5)
    early, late = samples[fifth : 2 * fifth], samples[-fifth:]
    bad = errors[:5]
    for name, most in (("memory", GROWTH_MB), ("threads", GROWTH_COUNT), ("descriptors", GROWTH_COUNT)):
        growth = statistics.median(getattr(s, name) for s in late) - statistics.median(getattr(s, name) for s in early)
        print(f"{name}: {growth:+.1f}")
        if growth > most:
            bad.append(f"{name} grew by {growth:.1f}, more than {most}")
    print("\n".join(bad) or "nothing grew, nothing failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
