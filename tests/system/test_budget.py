"""The database thread has a budget: no piece of its work grows with records, links or clients.

20,000 records, 200 links to PVs that nobody has, 200 clients that come and go, code that hangs, reports at the prompt.
"""

from __future__ import annotations

import os
import re
import statistics
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from p4p.client.thread import Context

from tests.clients import Watch
from tests.ioc_process import PATIENCE, ServerProcess, Starter
from tests.system.test_storm import CREATE, VALIDATED, Connection

RECORDS, LINKS, CLIENTS = 20_000, 200, 200
AT_ONCE = 4  # pvxs lets few wait to be accepted
CROWD = 5_000  # records that wait for one event, for one published value, or for iocRun
LATE = 0.05  # seconds, on a machine that has nothing else to do
DB = "".join(f'record(ai,"LAB:x{i}") {{ field(EGU,"mm") }}\n' for i in range(RECORDS - 3 * CROWD))
DB += "".join(
    f"""record(calc,"e{n}") {{ field(CALC,"VAL+1") field(SCAN,"Event") field(EVNT,"go") }}
record(calc,"r{n}") {{ field(CALC,"VAL+1") field(PINI,"RUNNING") }}
record(ai,"i{n}") {{ field(SCAN,"I/O Intr") field(DTYP,"pydev") field(INP,"@pydev.iointr('all')") }}
"""
    for n in range(CROWD)
)
DB += "".join(f'record(ai,"link{n}") {{ field(INP,"LAB:x{n}y CP") }}\n' for n in range(LINKS))
DB += """record(ao,"soft") { }
record(ao,"hangs") { field(DTYP,"pydev") field(OUT,"@gate.wait()") }
record(ai,"behind") { field(DTYP,"pydev") field(INP,"@1") }
"""
NAMES = [f"LAB:x{i}" for i in range(20)]
COMMANDS = ["dbl ai VAL", "dblsr", "dbhcr", "dbcar 0 1", "dbnr", "dbNotifyDump", "dbgf LAB:x12z", "pydevShow"]


def has_value(value: float, update: Any) -> bool:
    return bool(update.value == value)


class Putter(threading.Thread):
    """Puts to a soft record one after the other, and keeps how long each took."""

    def __init__(self, client: Context) -> None:
        super().__init__(daemon=True)
        self._client = client
        self.seconds: list[float] = []
        self.over = threading.Event()

    def run(self) -> None:
        value = 0.0
        while not self.over.wait(0.002):
            began = time.perf_counter()
            value += 1
            self._client.put("soft", {"value": value}, get=False, timeout=PATIENCE)
            self.seconds.append(time.perf_counter() - began)


def come_and_go(server: ServerProcess, times: int) -> None:
    """Clients that open some PVs and leave."""
    for _ in range(times):
        connection = Connection(server)
        with connection.socket:
            left = len(NAMES)
            while left:
                for command in connection.commands():
                    left -= command == CREATE
                    for name in NAMES if command == VALIDATED else ():
                        connection.create(name)


def test_no_piece_of_work_keeps_everybody_waiting(
    start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    startup = [
        'pydev("import threading; gate = threading.Event()")',
        f'dbLoadRecords("{start.file("many.db", DB)}")',
        "iocInit",
    ]
    ioc = start.shell(start.file("st.cmd", "\n".join(startup)))
    ioc.wait_log("All initialization complete", 60)
    client = p4p_client(ioc)
    client.get("soft", timeout=PATIENCE)
    putter = Putter(client)
    putter.start()
    client.put("hangs", {"value": 1.0}, get=False)
    client.put("behind.PROC", {"value": 1}, get=False)
    crowd = [threading.Thread(target=come_and_go, args=(ioc, CLIENTS // AT_ONCE)) for _ in range(AT_ONCE)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(60)
    for command in [*COMMANDS, "postEvent go"]:
        ioc.type(command)
    ioc.type("pydev(\"pydev.iointr('all', 5)\")")
    ioc.wait_log("no PV LAB:x199y found yet", 30)
    ioc.type("echo through")
    ioc.wait_log("through", 60)
    for name, value in ((f"e{CROWD - 1}", 1.0), (f"i{CROWD - 1}", 5.0)):
        with Watch(client, name) as watch:
            watch.until(partial(has_value, value))
    ioc.type("pydevShow")
    ioc.type("echo shown")
    ioc.wait_log("shown", 30)
    ioc.type('pydev("gate.set()")')
    putter.over.set()
    putter.join(PATIENCE)

    longest = float(re.findall(r"the longest piece of work took ([\d.]+) ms", ioc.log)[-1]) / 1e3
    median, worst = statistics.median(putter.seconds), max(putter.seconds)
    idle = os.getloadavg()[0] < 1.0
    figures = f"{len(putter.seconds)} puts, median {median * 1e3:.2f} ms, worst {worst * 1e3:.1f} ms"
    print(f"{figures}; the longest piece {longest * 1e3:.1f} ms; idle: {idle}")
    assert longest < LATE, re.findall(r"the longest piece of work.*", ioc.log)[-1]
    assert "everybody waited" not in ioc.log
    assert worst < (LATE if idle else max(10 * LATE, 300 * median))
    assert "LAB:x12z" in ioc.log
    assert "did you mean LAB:x12 or " in ioc.log.split("no PV LAB:x12y found yet")[1].splitlines()[0]
