"""Clients that subscribe to the same PVs at once, again and again, while the IOC is busy: all get their values."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.ioc_process import ROOT, Starter

SECONDS = 4
CLIENTS = 4
NAMES = 10
DB = "".join(f'record(calc,"y{i}") {{ field(CALC,"VAL+1") field(SCAN,".1 second") }}\n' for i in range(10_000))
DB += "".join(f'record(ai,"x{i}") {{ }}\n' for i in range(NAMES))
# A process for each client: its end of a context, not of each subscription, is what p4p's client bears. Not p4p's own
# monitor, which loses a value that comes before it can be seen.
CLIENT = f"""
import time
from p4p.client.thread import Context
from tests.clients import Watch

end, rounds = time.monotonic() + {SECONDS}, 0
while time.monotonic() < end:
    with Context("pva", nt=False) as client:
        for watch in [Watch(client, f"x{{i}}") for i in range({NAMES})]:
            watch.next(15)
    rounds += 1
print(rounds)
"""


def test_clients_that_open_the_same_pvs_at_once_all_get_their_values(start: Starter) -> None:
    ioc = start.pydevpva(db=DB)
    clients = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT],
            cwd=ROOT,
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
