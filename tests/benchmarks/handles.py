"""pydev.record: waiting puts and gets of a soft record, from a thread of the user's; in this process."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.benchmarks.lines import Result, line
from tests.local_ioc import running

ROUNDS, PUTS = 7, 5000
MOST = 100.0  # us


@line
def handles() -> list[Result]:
    """Microseconds for each put that waits, and for each get."""
    put = Result("pydev.record: waiting put to a soft record", "us", goal="<= 100 us")
    get = Result("pydev.record: get", "us")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), 'record(ao, "B:Soft") { }') as ioc:
        soft = ioc.evaluator.pydev.record("B:Soft")
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            for value in range(PUTS):
                soft.put(value, wait=True)
            middle = time.perf_counter()
            for _ in range(PUTS):
                soft.get()
            put.figures.setdefault("pydevpva", []).append((middle - begin) / PUTS * 1e6)
            get.figures.setdefault("pydevpva", []).append((time.perf_counter() - middle) / PUTS * 1e6)
    put.reached = put.median("pydevpva") <= MOST
    return [put, get]
