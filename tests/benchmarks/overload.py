"""More scans than the machine can do: they skip whole passes and say so, and clients are answered all the same."""

from __future__ import annotations

import time

from p4p.client.thread import Context

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import servers
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess

COUNT = 60_000  # asked for 600,000 processings a second
OPERATIONS = 300
DB = (
    "".join(
        f'record(ai,"s{i}") {{ field(DTYP,"pydev") field(INP,"@VAL+1") field(SCAN,".1 second") }}\n'
        for i in range(COUNT)
    )
    + """record(ao,"python") { field(DTYP,"pydev") field(OUT,"@VAL*2") }
record(longin,"skipped") { field(DTYP,"pydev") field(INP,"@pydev.overruns('.1 second')") field(SCAN,".5 second") }
"""
)


@line
def overload() -> list[Result]:
    """Gets and waiting puts of one client meanwhile, and how evenly the records were processed."""
    gets = Result("60,000 scanned expressions asked for 600,000/s: get, p99", "ms", goal="<= 50 ms")
    puts = Result("the same: put with block=true, p99", "ms", goal="<= 50 ms")
    spread = Result("the same: passes of the record with most less that with fewest", "passes", goal="<= 1")
    with servers() as starter:
        server = starter.pydevpva(db=DB)
        with p4p_context(server.environment) as client:
            server.wait_for(lambda: client.get("skipped")["value"] > 0, "skipped passes")
            gets.figures["pydevpva"] = [_p99(client, "get")]
            puts.figures["pydevpva"] = [_p99(client, "put")]
            counts = [
                value["value"] for value in client.get([f"s{i}" for i in range(0, COUNT, COUNT // 50)], timeout=20)
            ]
            spread.figures["pydevpva"] = [max(counts) - min(counts)]
            spread.note = f"{client.get('skipped')['value']} passes skipped; {_said(server)}"
    for result, most in ((gets, 50), (puts, 50), (spread, 1)):
        result.reached = result.median("pydevpva") <= most
    return [gets, puts, spread]


def _p99(client: Context, what: str) -> float:
    """In ms; each get is of another PV, which has to be opened for it."""
    seconds = []
    for i in range(OPERATIONS):
        begin = time.perf_counter()
        if what == "get":
            client.get(f"s{i * 7919 % COUNT}")
        else:
            client.put("python", {"value": float(i)}, wait=True, get=False)
        seconds.append(time.perf_counter() - begin)
    return sorted(seconds)[OPERATIONS * 99 // 100] * 1e3


def _said(server: ServerProcess) -> str:
    lines = [text for text in server.log.splitlines() if "cannot keep up" in text]
    return f"the log says: {lines[0].strip()}" if lines else "the log says nothing"
