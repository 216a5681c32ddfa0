"""Channel Access beside EPICS's own server, rsrv, as softIocPVX has it; the client is libca, or counts bytes."""

from __future__ import annotations

import functools
import statistics
import struct
import time
from collections.abc import Callable

from tests.benchmarks.at_work import AtWork
from tests.benchmarks.lines import Result, line
from tests.benchmarks.loading import to_first_get
from tests.benchmarks.peers import cpu_seconds, memory_mb, pydev_outputs, servers
from tests.benchmarks.puts import Putter
from tests.ca.client import DOUBLE, TIME, Channel, Client
from tests.ca.wire import CREATE, EVENT_ADD, Answer, Wire, message, subscription
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter

ROUNDS = 7
SECONDS = 0.7
MANY = 16
MONITORED = 1_000
CHANNELS = 10_000
UNASKED = 50_000
NOISE = 0.3  # MB, by which the same twice differs

SOFT = 'record(ao, "x:0") {}\n'
PEERS: dict[str, Callable[[Starter, str], ServerProcess]] = {
    "softIocPVX": lambda starter, db: starter.softiocpvx(db),
    "pydevpva": lambda starter, db: starter.pydevpva(db=db, env={"PYDEVPVA_CHECK_THREADS": ""}),
}


@line
def ca_one_at_a_time() -> list[Result]:
    """Completed puts and gets of a soft record, one after the other, in alternating order."""
    put = Result("CA: completed puts, one at a time, soft record", "puts/s", goal=">= 0.9 x rsrv")
    get = Result("CA: gets, one at a time, soft record", "gets/s", goal=">= 0.9 x rsrv")
    cpu = Result("the same: server CPU per put", "us")
    with servers() as starter:
        running = {name: start(starter, SOFT) for name, start in PEERS.items()}
        for round_ in range(ROUNDS + 1):
            for name, server in running.items():
                with Client(server.environment) as client:
                    channel = client.channel("x:0")
                    used, count = cpu_seconds(server), _repeat(functools.partial(channel.put, 3.5))
                    figures = (count / SECONDS, _repeat(functools.partial(channel.get, DOUBLE)) / SECONDS)
                    used = (cpu_seconds(server) - used) / count * 1e6
                if round_:  # the first warms up
                    for result, figure in zip((put, get, cpu), (*figures, used), strict=True):
                        result.figures.setdefault(name, []).append(figure)
        told = {name: _at_work(server) for name, server in running.items()}
    for result, ours, theirs in zip((put, get), told["pydevpva"], told["softIocPVX"], strict=True):
        result.note = f"here: {ours}; rsrv: {theirs}"
        result.ratio = result.median("pydevpva") / result.median("softIocPVX")
        result.reached = result.ratio >= 0.9
    return [put, get, cpu]


def _at_work(server: ServerProcess) -> tuple[str, str]:
    """Who works for a put, and for a get."""
    with Client(server.environment) as client:
        channel = client.channel("x:0")
        puts, put = AtWork(server), functools.partial(channel.put, 3.5)
        for_puts = puts.each(_repeat(put))
        gets, get = AtWork(server), functools.partial(channel.get, DOUBLE)
        return for_puts, gets.each(_repeat(get))


def _repeat(work: Callable[[], object]) -> int:
    end, count = time.perf_counter() + SECONDS, 0
    while time.perf_counter() < end:
        work()
        count += 1
    return count


@line
def ca_puts() -> list[Result]:
    """Completed puts to pydev records, 16 at a time, over either protocol in turn."""
    result = Result("CA: completed puts to pydev records, 16 at a time", "puts/s", goal=">= 0.9 x over PVAccess")
    over_pva: list[float] = []
    with servers() as starter:
        server = PEERS["pydevpva"](starter, pydev_outputs(MANY))
        with Client(server.environment) as client, p4p_context(server.environment) as other:
            channels, putter = [client.channel(f"x:{i}") for i in range(MANY)], Putter(other)
            for round_ in range(ROUNDS + 1):
                rates = _rate(lambda: _all_at_once(channels)), _rate(lambda: putter.run(MANY * 10))
                if round_:  # the first warms up
                    for figures, rate in zip((result.figures.setdefault("pydevpva", []), over_pva), rates, strict=True):
                        figures.append(rate)
    result.ratio = result.median("pydevpva") / statistics.median(over_pva)
    result.reached = result.ratio >= 0.9
    result.note = f"over PVAccess: {statistics.median(over_pva):,.0f}"
    return [result]


def _rate(work: Callable[[], int]) -> float:
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        count += work()
    return count / (time.perf_counter() - began)


def _all_at_once(channels: list[Channel]) -> int:
    for end in [channel.begin_put(1.0) for channel in channels]:
        assert end().status == 1
    return len(channels)


@line
def ca_monitors() -> list[Result]:
    """1,000 records at 10 Hz, of which each update arrives; and how many do when more are asked for."""
    all_of = Result("CA: updates of 1,000 records at 10 Hz to one client", "1/s", goal="all of 10,000")
    most = Result("CA: updates of 4,000 records at 10 Hz to one client", "1/s", goal=">= 30,000, the newest never lost")
    for result, count in ((all_of, MONITORED), (most, 4 * MONITORED)):
        db = "".join(f'record(calc,"x:{i}") {{ field(CALC,"VAL+1") field(SCAN,".1 second") }}\n' for i in range(count))
        lost: dict[str, int] = {}
        for name, start in PEERS.items():
            with servers() as starter:
                rate, lost[name] = _updates(start(starter, db), count)
                result.figures[name] = [rate]
        result.ratio = result.median("pydevpva") / result.median("softIocPVX")
        result.note = f"lost: {lost['pydevpva']}"
        result.reached = not lost["pydevpva"] if result is all_of else result.median("pydevpva") >= 30_000
    return [all_of, most]


def _updates(server: ServerProcess, count: int) -> tuple[float, int]:
    """(per second, how many are missing between others: each counts its record's VAL one up)."""
    server.wait_log("All initialization complete")
    with Wire(int(server.environment["EPICS_CA_SERVER_PORT"])) as client:
        numbers = _open(client, count)
        client.send(b"".join(subscription(sid, TIME + DOUBLE, sid) for sid in numbers))
        last = dict(_value(client.until(EVENT_ADD)) for _ in numbers)
        began, found, missing = time.perf_counter(), 0, 0
        while time.perf_counter() - began < 3:
            number, value = _value(client.until(EVENT_ADD))
            found, missing, last[number] = found + 1, missing + int(value - last.get(number, value - 1)) - 1, value
        return found / (time.perf_counter() - began), missing


def _value(update: Answer) -> tuple[int, float]:
    """(number of the subscription, VAL)"""
    return update.second, struct.unpack(">d", update.payload[-8:])[0]


def _open(client: Wire, count: int) -> list[int]:
    client.send(b"".join(message(CREATE, 0, 0, i, 13, f"x:{i}".encode() + b"\0") for i in range(count)))
    return [client.until(CREATE).second for _ in range(count)]


@line
def ca_channels() -> list[Result]:
    """10,000 channels of one client, and what each takes."""
    seconds = Result("CA: connect 10,000 channels of one client", "s", goal="<= 2")
    memory = Result("the same: memory a channel", "bytes", goal="<= 1,000")
    db = "".join(f'record(ao,"x:{i}") {{}}\n' for i in range(CHANNELS))
    for name, start in PEERS.items():
        with servers() as starter:
            server = start(starter, db)
            before, began = memory_mb(server), time.perf_counter()
            with Client(server.environment) as client:
                channels = [client.channel(f"x:{i}", wait=False) for i in range(CHANNELS)]
                for channel in channels:
                    channel.wait_connected()
                seconds.figures[name] = [time.perf_counter() - began]
                memory.figures[name] = [(memory_mb(server) - before) * 2**20 / CHANNELS]
    seconds.reached = statistics.median(seconds.figures["pydevpva"]) <= 2
    memory.reached = statistics.median(memory.figures["pydevpva"]) <= 1000
    return [seconds, memory]


@line
def ca_unasked() -> list[Result]:
    """What Channel Access costs an IOC that nobody asks over it, beside one without, in turn."""
    start = Result("CA: start of a 100-record IOC to its first get, beside --no-ca", "s", goal="<= 0.05 s more")
    memory = Result("CA: memory of 50,000 records that nobody asks for, beside --no-ca", "MB", goal="no more")
    without: list[float] = []
    for _ in range(ROUNDS):
        without.append(to_first_get("--no-ca"))
        start.figures.setdefault("pydevpva", []).append(to_first_get())
    start.ratio = start.median("pydevpva") - statistics.median(without)
    start.reached, start.note = start.ratio <= 0.05, f"without: {statistics.median(without):.3f}; the ratio is seconds"
    growth = [_growth(*flags) for flags in (("--no-ca",), ())]
    memory.figures["pydevpva"], memory.ratio = [growth[1]], growth[1] / growth[0]
    memory.reached, memory.note = growth[1] - growth[0] <= NOISE, f"without: {growth[0]:.2f}"
    return [start, memory]


def _growth(*flags: str) -> float:
    """MB that so many records take beside one."""
    used = []
    with servers() as starter:
        for count in (1, UNASKED):
            db = "".join(f'record(ao,"x:{i}") {{}}\n' for i in range(count))
            used.append(memory_mb(starter.pydevpva(db=db, flags=("-S", *flags))))
    return used[1] - used[0]
