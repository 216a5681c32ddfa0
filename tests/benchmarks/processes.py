"""Records whose code runs in two worker processes, beside one thread; what a call costs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import servers
from tests.benchmarks.yardstick import in_cpu
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter

SECONDS, ROUNDS = 4.0, 3
MOST, ALONE = 1.7, 2.0  # what two workers shall make of one thread's work, where two bare processes make this
BUSY = """
import time
def busy():
    end = time.thread_time() + 0.005
    while time.thread_time() < end: pass
    return 1
"""
BARE = (
    f"{BUSY}\nend, count = time.perf_counter() + {SECONDS}, 0\n"
    + """
while time.perf_counter() < end: count += busy()
print(count)
"""
)
WORK = (
    BUSY
    + """
import os, statistics
import numpy as np
import pydev
IMAGE = np.arange(2 << 20).reshape(1024, 2048).astype("u1")
def look(image):
    total = moment = 0
    for place, value in enumerate(image[::4, ::4].ravel().tolist()):
        total += value
        moment += place * value
    return moment / total
@pydev.in_process
def busy_apart(): return busy()
@pydev.in_process
def look_apart(image): return look(image)
@pydev.in_process
def worker():
    time.sleep(0.1)
    return os.getpid()
def both_there():
    while len({call.result() for call in [worker(), worker()]}) < 2: pass
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
)
SCANNED = """
record(ai,"s{0}") {{ field(DTYP,"pydev") field(INP,"@{1}") field(SCAN,".1 second") field(FLNK,"n{0}") }}
record(calc,"n{0}") {{ field(CALC,"VAL+1") }}
"""
TRIPS = """
record(ao,"t") { field(DTYP,"pydev") field(OUT,"@round_trips(3, 1000)") }
record(ao,"a") { field(DTYP,"pydev") field(OUT,"@round_trips(IMAGE, 100)") }
"""


@line
def processes() -> list[Result]:
    """Records that ask for four times what a core can do, on one thread and in two processes; round trips."""
    calls = Result("80 records of 5 ms pure Python at .1 second: in two processes, beside one thread", "x")
    cost = Result("the same: CPU per call beyond its 5 ms, of IOC and workers", "us")
    images = Result("80 records of 2 MiB images, some ms of pure Python each: in two processes, beside one thread", "x")
    small = Result("in_process: round trip of a small value", "us")
    large = Result("in_process: round trip of a 2 MiB array", "us")
    for _ in range(ROUNDS):
        bare = _bare(2) / _bare(1)
        apart, used = _scan("busy_apart()", 80)
        calls.figures.setdefault("pydevpva", []).append(apart / _scan("busy()", 80)[0])
        cost.figures.setdefault("pydevpva", []).append(used * 1e6 - 5000)
        times = _scan("look_apart(IMAGE)", 80)[0] / _scan("look(IMAGE)", 80)[0]
        images.figures.setdefault("pydevpva", []).append(times)
        for result in (calls, images):
            result.figures.setdefault("floor", []).append(bare)
        _round_trips(small, large)
    for result in (calls, images):
        result.ratio = result.median("pydevpva") / result.median("floor")
        result.reached = result.ratio >= MOST / ALONE
        result.goal = f">= {MOST / ALONE} x two bare processes beside one: {MOST} where these make {ALONE}"
    in_cpu(small, 250)
    in_cpu(large, 3000)
    return [calls, cost, images, small, large]


def _round_trips(small: Result, large: Result) -> None:
    with servers() as starter:
        server = _started(starter, TRIPS)
        with p4p_context(server.environment) as client:
            for result, name in ((small, "t"), (large, "a")):
                client.put(name, {"value": 1}, wait=True, get=False, timeout=60)
                result.figures.setdefault("pydevpva", []).append(float(client.get(name)["value"]))


def _bare(count: int) -> float:
    """How often that many processes do the work, all of them together: what the machine has to give now."""
    command = [sys.executable, "-c", BARE]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return sum(float(process.communicate(timeout=60)[0]) for process in started)


def _started(starter: Starter, db: str) -> ServerProcess:
    folder: Path = starter.file("process_work.py", WORK).parent
    startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'epicsEnvSet("PYDEV_NUM_PROCESSES","2")']
    return starter.pydevpva(db=db, startup=[*startup, 'pydev("from process_work import *")', 'pydev("both_there()")'])


def _scan(code: str, count: int) -> tuple[float, float]:
    """(processings a second, of this many records; CPU seconds for each, of the IOC and its workers)."""
    with servers() as starter:
        server = _started(starter, "".join(SCANNED.format(n, code) for n in range(count)))
        time.sleep(1)
        first, used, begin = _done(server, count), _cpu_seconds(server), time.perf_counter()
        time.sleep(SECONDS)
        used, seconds = _cpu_seconds(server) - used, time.perf_counter() - begin
        done = _done(server, count) - first
        return done / seconds, used / done


def _cpu_seconds(server: ServerProcess) -> float:
    ioc = psutil.Process(server.process.pid)
    return sum(sum(process.cpu_times()[:2]) for process in (ioc, *ioc.children()))


def _done(server: ServerProcess, count: int) -> float:
    with p4p_context(server.environment) as client:
        return float(np.sum([value["value"] for value in client.get([f"n{n}" for n in range(count)], timeout=20)]))
