"""The floor of anything built on p4p: raw SharedPVs that queue puts, one thread that evaluates, posts and answers."""

from __future__ import annotations

import queue
import sys
import threading
import time
from typing import Any

from p4p.nt import NTScalar
from p4p.server import Server, StaticProvider
from p4p.server.raw import SharedPV

TYPE = NTScalar("d", display=True, control=True, valueAlarm=True)
EPOCH = 1_000_000_000
jobs: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()
code = compile("VAL*2", "<floor>", "eval")


class Handler:
    """Queues each put."""

    def put(self, pv: Any, operation: Any) -> None:
        jobs.put((pv, operation))


def stamped(value: float) -> Any:
    now = time.time_ns()
    return TYPE.type({"value": value, "timeStamp.secondsPastEpoch": now // EPOCH, "timeStamp.nanoseconds": now % EPOCH})


def evaluate() -> None:
    while True:
        pv, operation = jobs.get()
        super(SharedPV, pv).post(stamped(eval(code, {"VAL": operation._op.value()["value"]})))
        operation.done()


def scan(pvs: list[Any], period: float) -> None:
    """Post all PVs each period, for the line with monitors."""
    due, value = time.monotonic(), 0.0
    while True:
        due += period
        time.sleep(max(0.0, due - time.monotonic()))
        value += 1
        for pv in pvs:
            super(SharedPV, pv).post(stamped(value))


def main() -> None:
    count, period = int(sys.argv[1]), float(sys.argv[2])
    provider = StaticProvider("floor")
    pvs = [SharedPV(handler=Handler(), nt=TYPE, initial=0.0) for _ in range(count)]
    for i, pv in enumerate(pvs):
        provider.add(f"x:{i}", pv)
    with Server([provider]):
        threading.Thread(target=evaluate, daemon=True).start()
        if period:
            scan(pvs, period)
        threading.Event().wait()


main()
