"""A client that monitors PVs and is gone in the middle of them after COUNT updates: watcher.py COUNT NAME ...

A process of its own: p4p's client may block for ever when monitors that are busy are closed one by one.
"""

from __future__ import annotations

import os
import sys
import threading

from p4p.client.thread import Context


def main() -> None:
    seen = threading.Semaphore(0)
    client = Context("pva", nt=False)
    kept = [client.monitor(name, lambda value: seen.release()) for name in sys.argv[2:]]
    for _ in range(int(sys.argv[1])):
        if not seen.acquire(timeout=10):
            os._exit(1)
    os._exit(0 if kept else 1)


main()
