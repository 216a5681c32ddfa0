"""Who makes a future of concurrent.futures, and what a thread waits for. Asked of other threads, by their frames.

No attribute of a user's object is asked for: it might run the user's code.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, thread
from types import CellType, FrameType

from pydevpva.evaluator.program import Ends

DEEP = 6  # frames that are looked at for what a thread waits in


def waited_for(frame: FrameType | None) -> threading.Thread | Future[object] | None:
    """What this thread waits for: the end of another, or a future. None: neither."""
    for _ in range(DEEP):
        if frame is None:
            return None
        name, own = frame.f_code.co_name, frame.f_locals.get("self")
        if name in ("join", "_wait_for_tstate_lock") and isinstance(own, threading.Thread):
            return own
        if name in ("result", "exception") and isinstance(own, Future):
            return own
        frame = frame.f_back
    return None


def made_by_thread(frame: FrameType | None) -> Iterator[Future[object]]:
    """The futures whose functions this thread runs, for a ThreadPoolExecutor."""
    while frame is not None:
        own = frame.f_locals.get("self") if frame.f_code.co_name == "run" else None
        if type(own) is thread._WorkItem:
            yield own.future
        frame = frame.f_back


def tasks_of(future: Future[object]) -> Iterator[object]:
    """The tasks that may make it: of a program, or of asyncio.run_coroutine_threadsafe, whose callback holds it."""
    if isinstance(future, Ends):
        yield future.task
    for callback in list(future._done_callbacks):  # type: ignore[attr-defined]
        if getattr(callback, "__module__", "") == "asyncio.futures":
            for cell in getattr(callback, "__closure__", None) or ():
                if isinstance(cell, CellType):
                    yield _content(cell)


def frames() -> dict[int, FrameType]:
    """Of all threads, by their ident."""
    return sys._current_frames()


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None
