"""Clients that subscribe to the same PVs at once, again and again, while the IOC is busy: all get their values."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.ioc_process import Starter

SECONDS = 4
CLIENTS = 4
NAMES = 10
DB = "".join(f'record(calc,"y{i}") {{ field(CALC,"VAL+1") field(SCAN,".1 second") }}\n' for i in range(10_000))
DB += "".join(f'record(ai,"x{i}") {{ }}\n' for i in range(NAMES))
# A process for each client: its end of a context, not of each subscription, is what p4p's client bears
CLIENT = f"""
import threading, time
from p4p.client.thread import Context

end, rounds = time.monotonic() + {SECONDS}, 0
while time.monotonic() < end:
    with Context("pva", nt=False) as client:
        came = threading.Semaphore(0)
        kept = [client.monitor(f"x{{i}}", lambda value: came.release()) for i in range({NAMES})]
        if not all(came.acquire(timeout=15) for _ in kept):
            raise SystemExit(f"no value for 15 s, in round {{rounds}}")
    rounds += 1
print(rounds)
"""


def test_clients_that_open_the_same_pvs_at_once_all_get_their_values(start: Starter) -> None:
    ioc = start.pydevpva(db=DB)
    clients = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT],
            env={**os.environ, **ioc.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(CLIENTS)
    ]
    outcomes = [client.communicate(timeout=60) for client in clients]
    assert [client.returncode for client in clients] == [0] * CLIENTS, [error[-200:] for _, error in outcomes]
    assert all(int(rounds) > 5 for rounds, _ in outcomes)
