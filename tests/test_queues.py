"""Waiting for a queue: a time that is over ends the wait, whatever Python's own get does."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress

import pytest

from pydevpva.queues import take

PATIENCE = 20.0
TURNS = 30_000  # get itself waited for ever within 10,000, where it did


@pytest.mark.parametrize("patience", [0.0, 1e-7, -1.0])
def test_a_time_that_is_over_ends_the_wait(patience: float) -> None:
    queued: queue.SimpleQueue[int] = queue.SimpleQueue()
    ended = threading.Event()

    def turns() -> None:
        for n in range(TURNS):
            queued.put(n)
            assert take(queued, None) == n
            with suppress(queue.Empty):
                take(queued, patience)
        ended.set()

    threading.Thread(target=turns, daemon=True).start()
    assert ended.wait(PATIENCE)


def test_what_comes_in_time_is_taken() -> None:
    queued: queue.SimpleQueue[int] = queue.SimpleQueue()
    threading.Timer(0.01, queued.put, (7,)).start()
    assert take(queued, PATIENCE) == 7
