"""Records scanned: Python expressions, soft calcs, and values published by pydev.iointr."""

from __future__ import annotations

import time

from p4p.client.thread import Context

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import cpu_seconds, servers
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

SECONDS, ROUNDS = 4.0, 3
PYTHON = 'record(ai,"s{0}") {{ field(DTYP,"pydev") field(INP,"@VAL+1") field(SCAN,".1 second") }}\n'
CALC = 'record(calc,"s{0}") {{ field(CALC,"VAL+A") field(INPA,"1") field(SCAN,".1 second") }}\n'


@line
def scanned_python() -> list[Result]:
    """5,000 records asked for 50,000 processings a second, and 20,000 asked for 200,000."""
    kept = Result("5,000 ai with @VAL+1 at .1 second: processings/s", "/s", goal=">= 50,000 kept up with (99 %)")
    cpu = Result("the same: CPU per processing, no client", "us", goal="<= 5.5 us")
    more = Result("20,000 of them, asked for 200,000/s: processings/s", "/s", goal=">= 150,000")
    runs = [_scan(PYTHON, 5_000) for _ in range(ROUNDS)]
    kept.figures["pydevpva"], cpu.figures["pydevpva"] = [rate for rate, _ in runs], [used for _, used in runs]
    kept.reached, cpu.reached = kept.median("pydevpva") >= 49_500, cpu.median("pydevpva") <= 5.5
    more.figures["pydevpva"] = [_scan(PYTHON, 20_000)[0]]
    more.reached = more.median("pydevpva") >= 150_000
    return [kept, cpu, more]


@line
def scanned_calc() -> list[Result]:
    """5,000 soft calc records."""
    cpu = Result("5,000 calc at .1 second: CPU per processing", "us", goal="<= 2.5 us")
    cpu.figures["pydevpva"] = [_scan(CALC, 5_000)[1] for _ in range(ROUNDS)]
    cpu.reached = cpu.median("pydevpva") <= 2.5
    return [cpu]


def _scan(template: str, count: int) -> tuple[float, float]:
    """(processings per second, CPU us each), counted by the records themselves."""
    with servers() as starter:
        server = starter.pydevpva(db="".join(template.format(i) for i in range(count)))
        probes = [f"s{i}" for i in range(0, count, count // 20)]
        first, used = _counts(server, probes), cpu_seconds(server)
        begin = time.perf_counter()
        time.sleep(SECONDS)
        used = cpu_seconds(server) - used
        seconds, done = time.perf_counter() - begin, (_counts(server, probes) - first) * count / len(probes)
    return done / seconds, used / done * 1e6


def _counts(server: ServerProcess, names: list[str]) -> float:
    """Sum of VAL; the client is gone again afterwards, so that nobody is connected while we measure."""
    with p4p_context(server.environment) as client:
        return sum(float(value["value"]) for value in client.get(names, timeout=20))


PUBLISH = """
import threading, time
def burst(n, rate=50_000, size=1_000):
    def run():
        begin = time.perf_counter()
        for start in range(0, n, size):
            for i in range(start, start + size): pydev.iointr("value", i)
            time.sleep(max(0.0, begin + (start + size) / rate - time.perf_counter()))
    threading.Thread(target=run).start()
"""
EVENTS = """
record(longin,"value") {
  field(DTYP,"pydev") field(INP,"@pydev.iointr('value')") field(SCAN,"I/O Intr") field(FLNK,"count")
}
record(calc,"count") { field(CALC,"VAL+1") }
record(longout,"go") { field(DTYP,"pydev") field(OUT,"@burst(VAL)") }
"""
EVENT_COUNT = 200_000


@line
def published() -> list[Result]:
    """A user thread publishes 50,000 values a second; every value is processed."""
    rate = Result("pydev.iointr from a user thread -> processed", "/s", goal=">= 30,000, none lost")
    with servers() as starter:
        folder = starter.file("burst.py", PUBLISH).parent
        server = starter.pydevpva(
            db=EVENTS, startup=[f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from burst import burst")']
        )
        with p4p_context(server.environment) as client:
            begin = time.perf_counter()
            client.put("go", {"value": EVENT_COUNT}, wait=True, get=False)
            done = _until(client, EVENT_COUNT)
            seconds = time.perf_counter() - begin
    rate.figures["pydevpva"] = [done / seconds]
    rate.reached = done == EVENT_COUNT and done / seconds >= 30_000
    rate.note = f"{EVENT_COUNT - done:.0f} lost"
    return [rate]


def _until(client: Context, count: int) -> float:
    """The number of processings, when all have come or none comes any more."""
    last, since = -1.0, time.perf_counter()
    while time.perf_counter() - since < 2:
        value = float(client.get("count")["value"])
        if value >= count:
            return value
        if value != last:
            last, since = value, time.perf_counter()
        time.sleep(0.02)
    return last
