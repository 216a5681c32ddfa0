"""Values that user threads publish evenly, and lists on their way into waveforms: processor time of each."""

from __future__ import annotations

import subprocess
import sys
import time

from p4p.client.thread import Context

from tests.benchmarks.at_work import AtWork
from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import cpu_seconds, servers
from tests.benchmarks.yardstick import in_cpu
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

EVENTS = """
record(longin,"value") {
  field(DTYP,"pydev") field(INP,"@pydev.iointr('value')") field(SCAN,"I/O Intr") field(FLNK,"count")
}
record(calc,"count") { field(CALC,"VAL+1") }
"""
RUN = """
import sys, time
def run(n, rate, work):
    begin = time.perf_counter()
    for i in range(n):
        time.sleep(max(0.0, begin + i / rate - time.perf_counter()))
        work(i)
"""
EVENLY = f"""{RUN}
import functools, threading
def evenly(n, rate):
    threading.Thread(target=run, args=(n, rate, functools.partial(pydev.iointr, "value"))).start()
"""
ONLY_SLEEPS = f"""{RUN}
begin, count, rate = time.process_time(), *map(int, sys.argv[1:])
run(count, rate, int)
print((time.process_time() - begin) / count * 1e6)
"""
SECONDS = 4
ELEMENTS = 1_000_000
MEGABYTES = ELEMENTS * 8 / 1e6
ARRAYS = f"""
record(waveform,"wave") {{ field(DTYP,"pydev") field(INP,"@values") field(FTVL,"DOUBLE") field(NELM,"{ELEMENTS}") }}
record(bo,"list") {{ field(DTYP,"pydev") field(OUT,"@use(VAL)") }}
"""
VALUES = f"""
import numpy as np
listed = [i / 7 for i in range({ELEMENTS})]
array = np.array(listed)
def use(as_list):
    import __pydev__
    __pydev__.values = listed if as_list else array
"""


@line
def published_evenly() -> list[Result]:
    """One value after the other, the thread asleep in between; the floor only sleeps."""
    return [_published(10_000, 15.0), _published(100, 250.0)]


def _published(rate: int, most: float) -> Result:
    result = Result(f"pydev.iointr evenly {rate:,} times a second: CPU each", "us", goal="none lost")
    count = rate * SECONDS
    with servers() as starter:
        folder = starter.file("evenly.py", EVENLY).parent
        startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from evenly import evenly")']
        db = EVENTS + f'record(bo,"go") {{ field(DTYP,"pydev") field(OUT,"@evenly({count}, {rate})") }}\n'
        server = starter.pydevpva(db=db, startup=startup)
        with p4p_context(server.environment) as client:
            client.put("go", {"value": 1}, wait=True, get=False)
            used, begin, threads = cpu_seconds(server), time.perf_counter(), AtWork(server)
            done = _wait(client, server, count)
            used, told = cpu_seconds(server) - used, threads.each(max(done, 1))
            seconds = time.perf_counter() - begin
    result.figures["pydevpva"] = [used / max(done, 1) * 1e6]
    result.figures["floor"] = [_only_sleeps(count, rate)]
    in_cpu(result, most)
    result.reached = result.reached and done == count
    result.note = f"{count - done:.0f} lost; {done / seconds:,.0f}/s; {told}"
    return result


def _only_sleeps(count: int, rate: int) -> float:
    """us of processor time each, of a Python thread that sleeps as often and publishes nothing."""
    command = [sys.executable, "-c", ONLY_SLEEPS, str(count), str(rate)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _wait(client: Context, server: ServerProcess, count: int) -> float:
    """Looked at every half second only: gets cost the server processor time."""
    value, before = 0.0, -1.0
    while value < count and value != before:
        time.sleep(0.5)
        before, value = value, float(client.get("count", timeout=20)["value"])
    return value


@line
def lists() -> list[Result]:
    """A million doubles from a list that is there, beside the same from a numpy array; one client watches."""
    result = Result("waveform of 1M doubles from a list: CPU per MB", "ms", goal="<= 2.4 x numpy's")
    with servers() as starter:
        folder = starter.file("big.py", VALUES).parent
        startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from big import use")', 'pydev("use(1)")']
        server = starter.pydevpva(db=ARRAYS, startup=startup)
        with p4p_context(server.environment) as client:
            client.monitor("wave", lambda value: None, notify_disconnect=False)
            result.figures["pydevpva"] = [_processed(client, server) for _ in range(5)]
            client.put("list", {"value": 0}, wait=True, get=False)
            numpy = sorted(_processed(client, server) for _ in range(5))[2]
    result.ratio = result.median("pydevpva") / numpy
    result.reached, result.note = result.ratio <= 2.4, f"from a numpy array: {numpy:.3g} ms"
    return [result]


def _processed(client: Context, server: ServerProcess, times: int = 5) -> float:
    """ms of processor time per MB."""
    used = cpu_seconds(server)
    for _ in range(times):
        client.put("wave.PROC", {"value": 1}, wait=True, get=False)
    return (cpu_seconds(server) - used) / times / MEGABYTES * 1e3
