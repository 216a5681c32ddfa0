"""Start-up: 50,000 records beside EPICS's own loader, and a small IOC to its first answered get."""

from __future__ import annotations

import statistics
import sys
import time

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import memory_mb, servers
from tests.benchmarks.yardstick import in_latency
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


PYTHON = RECORD.replace("{{", '{{\n  field(DTYP, "pydev")\n  field(INP, "@device{0}.read({0}, VAL)")')
FEW, MANY = 50_000, 200_000
LONGEST = 120.0  # seconds a start may take


def records(count: int, text: str = RECORD) -> str:
    return "".join(text.format(i) for i in range(count))


@line
def loading() -> list[Result]:
    """Process start to iocInit done, and resident memory then."""
    seconds = Result("load 50,000 records of 7 fields, start to iocInit done", "s", goal="<= 1.8 x EPICS")
    memory = Result("the same: resident memory", "MB", goal="<= 1.5 x EPICS")
    db = records(FEW)
    for _ in range(3):
        for name in ("softIocPVX", "pydevpva"):
            took, used = _load(name, db)
            seconds.figures.setdefault(name, []).append(took)
            memory.figures.setdefault(name, []).append(used)
    for result, most in ((seconds, 1.8), (memory, 1.5)):
        result.ratio = result.median("pydevpva") / result.median("softIocPVX")
        result.reached = result.ratio <= most
    return [seconds, memory]


@line
def loading_python() -> list[Result]:
    """The same records, each with Python of its own, beside ours without."""
    return [_with_python(FEW, 3), _with_python(MANY, 1)]


def _with_python(count: int, rounds: int) -> Result:
    name = f"load {count:,} pydev records, each with other code, start to iocInit done"
    seconds = Result(name, "s", goal="<= 1.3 x our plain ai")
    plain: list[float] = []
    for _ in range(rounds):
        plain.append(_load("pydevpva", records(count))[0])
        seconds.figures.setdefault("pydevpva", []).append(_load("pydevpva", records(count, PYTHON))[0])
    seconds.ratio = seconds.median("pydevpva") / statistics.median(plain)
    seconds.reached, seconds.note = seconds.ratio <= 1.3, f"plain: {statistics.median(plain):.3g} s"
    return seconds


@line
def memory() -> list[Result]:
    """Resident memory of an IOC without records, and of each record."""
    empty = Result("resident memory of an IOC without records", "MB", goal="<= 50 MB")
    each = Result("the same: for each ai", "kB", goal="<= 2.0 kB")
    with servers() as starter:
        base = memory_mb(starter.pydevpva(db='record(ai,"one") { }\n'))
        full = memory_mb(starter.pydevpva(db="".join(f'record(ai,"a{i}") {{ }}\n' for i in range(FEW))))
    empty.figures["pydevpva"], each.figures["pydevpva"] = [base], [(full - base) * 1024 / FEW]
    empty.reached, each.reached = base <= 50, each.median("pydevpva") <= 2
    return [empty, each]


def _load(peer: str, db: str) -> tuple[float, float]:
    with servers() as starter:
        path = starter.file("load.db", db)
        begin = time.perf_counter()
        if peer == "pydevpva":
            server = starter.pydevpva("-d", path, serving=False)
        else:
            command = (sys.executable, "-m", "pvxslibs.ioc", "-d", path)
            server = starter.command(*command, serving=False, keep_stdin=True)
        server.wait_serving(LONGEST)
        return time.perf_counter() - begin, memory_mb(server)


@line
def first_get() -> list[Result]:
    """Start of an IOC of 100 records to its first answered get."""
    result = Result("start of a 100-record IOC to its first answered get", "s")
    result.figures["pydevpva"] = [to_first_get() for _ in range(5)]
    in_latency(result, 500.0, result.median("pydevpva") * 1e3)
    return [result]


def to_first_get(*flags: str) -> float:
    """Seconds."""
    db = records(99) + 'record(ao,"load:py") { field(DTYP,"pydev") field(OUT,"@VAL") }\n'
    with servers() as starter:
        begin = time.perf_counter()
        server = starter.pydevpva(db=db, flags=("-S", *flags))
        with p4p_context(server.environment) as client:
            client.get("load:1")
            return time.perf_counter() - begin
