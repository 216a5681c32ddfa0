"""Records scanned: Python expressions, soft calcs, and values published by pydev.iointr."""

from __future__ import annotations

import time

from p4p.client.thread import Context

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import cpu_seconds, servers
from tests.benchmarks.yardstick import CPU, here, in_cpu
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

SECONDS, ROUNDS = 4.0, 3
PYTHON = 'record(ai,"s{0}") {{ field(DTYP,"pydev") field(INP,"@VAL+1") field(SCAN,".1 second") }}\n'
CALC = 'record(calc,"s{0}") {{ field(CALC,"VAL+A") field(INPA,"1") field(SCAN,".1 second") }}\n'


@line
def scanned_python() -> list[Result]:
    """5,000 records asked for 50,000 processings a second, and 20,000 asked for 200,000."""
    kept = Result("5,000 ai with @VAL+1 at .1 second: processings/s", "/s", goal=">= 50,000 kept up with (99 %)")
    cpu = Result("the same: CPU per processing, no client", "us")
    more = Result("20,000 of them, asked for 200,000/s: processings/s", "/s")
    runs = [_scan(PYTHON, 5_000) for _ in range(ROUNDS)]
    kept.figures["pydevpva"], cpu.figures["pydevpva"] = [rate for rate, _ in runs], [used for _, used in runs]
    kept.reached = kept.median("pydevpva") >= 49_500
    in_cpu(cpu, 5.5)
    more.figures["pydevpva"] = [_scan(PYTHON, 20_000)[0]]
    in_cpu(more, 1e6 / 150_000, 1e6 / more.median("pydevpva"))
    return [kept, cpu, more]


@line
def scanned_calc() -> list[Result]:
    """5,000 soft calc records."""
    cpu = Result("5,000 calc at .1 second: CPU per processing", "us")
    cpu.figures["pydevpva"] = [_scan(CALC, 5_000)[1] for _ in range(ROUNDS)]
    in_cpu(cpu, 2.5)
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
def burst(n, rate, size=1_000):
    def run():
        begin = time.perf_counter()
        for start in range(0, n, size):
            for i in range(start, start + size): pydev.iointr("value", i)
            time.sleep(max(0.0, begin + (start + size) / rate - time.perf_counter()))
    threading.Thread(target=run).start()
"""
EVENTS = """
record(longin,"value") {{
  field(DTYP,"pydev") field(INP,"@pydev.iointr('value')") field(SCAN,"I/O Intr") field(FLNK,"count")
}}
record(calc,"count") {{ field(CALC,"VAL+1") }}
record(longout,"go") {{ field(DTYP,"pydev") field(OUT,"@burst(VAL, {rate})") }}
"""
EVENT_COUNT = 200_000


@line
def published() -> list[Result]:
    """A user thread publishes as many values a second as 50,000 were where the goals were set; each is processed."""
    asked = round(50_000 * CPU / here()[0], -3)
    rate = Result(f"pydev.iointr {asked:,.0f} times a second from a user thread -> processed", "/s", goal="none lost")
    with servers() as starter:
        folder = starter.file("burst.py", PUBLISH).parent
        startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from burst import burst")']
        server = starter.pydevpva(db=EVENTS.format(rate=int(asked)), startup=startup)
        with p4p_context(server.environment) as client:
            begin = time.perf_counter()
            client.put("go", {"value": EVENT_COUNT}, wait=True, get=False)
            done = _until(client, EVENT_COUNT)
            seconds = time.perf_counter() - begin
    rate.figures["pydevpva"] = [done / seconds]
    in_cpu(rate, 1e6 / 30_000, 1e6 / rate.median("pydevpva"))
    rate.reached = rate.reached and done == EVENT_COUNT
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
