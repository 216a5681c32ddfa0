"""Start-up: 50,000 records beside EPICS's own loader, and a small IOC to its first answered get."""

from __future__ import annotations

import sys
import time

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import memory_mb, servers
from tests.clients import p4p_context

RECORD = """record(ai, "load:{0}") {{
  field(DESC, "record number {0}")
  field(EGU, "mm")
  field(PREC, "3")
  field(HOPR, "100")
  field(LOPR, "-100")
  field(HIHI, "90")
  field(HHSV, "MAJOR")
}}
"""


def records(count: int) -> str:
    return "".join(RECORD.format(i) for i in range(count))


@line
def loading() -> list[Result]:
    """Process start to iocInit done, and resident memory then."""
    seconds = Result("load 50,000 records of 7 fields, start to iocInit done", "s", goal="<= 2 x EPICS")
    memory = Result("the same: resident memory", "MB", goal="<= 2 x EPICS")
    db = records(50_000)
    for _ in range(3):
        for name in ("softIocPVX", "pydevpva"):
            took, used = _load(name, db)
            seconds.figures.setdefault(name, []).append(took)
            memory.figures.setdefault(name, []).append(used)
    for result in (seconds, memory):
        result.ratio = result.median("pydevpva") / result.median("softIocPVX")
        result.reached = result.ratio <= 2
    return [seconds, memory]


def _load(peer: str, db: str) -> tuple[float, float]:
    with servers() as starter:
        path = starter.file("load.db", db)
        begin = time.perf_counter()
        if peer == "pydevpva":
            server = starter.pydevpva("-d", path)
        else:
            server = starter.command(sys.executable, "-m", "pvxslibs.ioc", "-d", path, keep_stdin=True)
        return time.perf_counter() - begin, memory_mb(server)


@line
def first_get() -> list[Result]:
    """Start of an IOC of 100 records to its first answered get."""
    result = Result("start of a 100-record IOC to its first answered get", "s", goal="<= 0.8 s")
    db = records(99) + 'record(ao,"load:py") { field(DTYP,"pydev") field(OUT,"@VAL") }\n'
    for _ in range(3):
        with servers() as starter:
            begin = time.perf_counter()
            server = starter.pydevpva(db=db)
            with p4p_context(server.environment) as client:
                client.get("load:1")
                result.figures.setdefault("pydevpva", []).append(time.perf_counter() - begin)
    result.reached = result.median("pydevpva") <= 0.8
    return [result]
