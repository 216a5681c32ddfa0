"""Waiting for a queue.SimpleQueue, on any Python that is supported."""

from __future__ import annotations

import queue
from typing import TypeVar

T = TypeVar("T")


def take(queued: queue.SimpleQueue[T], patience: float | None) -> T:
    """The next item; queue.Empty after so many seconds, None: without an end. Any thread.

    Up to Python 3.10 get(timeout=0), or a time that is over as soon as it has begun, may wait for ever: the second of
    two waits in it has less than no time left. When it has been asked without waiting, there is no second one.
    """
    if patience is None:
        return queued.get()
    try:
        return queued.get(False)
    except queue.Empty:
        if patience <= 0:
            raise
    return queued.get(True, patience)
