"""Who makes a future of concurrent.futures, and what a thread waits for. Asked of other threads, by their frames.

No attribute of a user's object is asked for: it might run the user's code.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, thread
from types import FrameType

DEEP = 6  # frames that are looked at for what a thread waits in


def waited_for(frame: FrameType | None) -> object:
    """What this thread waits for: the end of another, a future, or the task that its own loop runs. None: neither."""
    top = frame
    for _ in range(DEEP):
        if frame is None:
            break
        name, own = frame.f_code.co_name, frame.f_locals.get("self")
        if name in ("join", "_wait_for_tstate_lock") and isinstance(own, threading.Thread):
            return own
        if name in ("result", "exception") and isinstance(own, Future):
            return own
        frame = frame.f_back
    return _run_to_its_end(top)


def _run_to_its_end(frame: FrameType | None) -> object:
    """What asyncio.run, or a loop, runs on this thread."""
    while frame is not None:
        if frame.f_code.co_name == "run_until_complete" and frame.f_globals.get("__name__") == "asyncio.base_events":
            return frame.f_locals.get("future")
        frame = frame.f_back
    return None


def made_by_thread(frame: FrameType | None) -> Iterator[Future[object]]:
    """The futures whose functions this thread runs, for a ThreadPoolExecutor."""
    while frame is not None:
        own = frame.f_locals.get("self") if frame.f_code.co_name == "run" else None
        if type(own) is thread._WorkItem:
            yield own.future
        frame = frame.f_back


def frames() -> dict[int, FrameType]:
    """Of all threads, by their ident."""
    return sys._current_frames()
