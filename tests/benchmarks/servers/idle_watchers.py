"""Clients that monitor PVs and look at none of the updates: idle_watchers.py CLIENTS COUNT; "ready", till stdin ends.

p4p's own code takes the updates in and keeps the newest. A process of its own: p4p's client may block for ever when
monitors that are busy are closed one by one.
"""

from __future__ import annotations

import os
import sys
import threading

from p4p.client.raw import Context


def main() -> None:
    clients, count = int(sys.argv[1]), int(sys.argv[2])
    first = threading.Semaphore(0)
    kept = []
    for _ in range(clients):  # one after the other: p4p's clients hinder each other when they open at once
        context = Context("pva", nt=False, useenv=True)
        kept += [context.monitor(f"x:{i}", first.release) for i in range(count)]
        for _ in range(count):
            if not first.acquire(timeout=20):
                os._exit(1)
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


main()
