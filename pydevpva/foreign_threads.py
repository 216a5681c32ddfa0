"""What Python knows of threads that it did not start, as those of pvxs and of libca, on which it is called back.
Each function is for such a thread.

A thread that Python did not start is new to it at each callback, and forgotten afterwards: its stack of frames is
mapped, touched and unmapped each time, at which all processors have to stop. See docs/decisions/0016.
"""

from __future__ import annotations

import ctypes
import threading

LOCKED = 0  # PyGILState_LOCKED


class _Holds(threading.local):
    """How often the state of the present thread is held."""

    count = 0


_holds = _Holds()


def hold_thread() -> None:
    """Let Python keep its state of the calling thread from one callback to the next, until all holds are released."""
    _holds.count += 1
    if _holds.count == 1:
        ctypes.pythonapi.PyGILState_Ensure()  # one more than the callback releases


def release_thread() -> None:
    """End one hold."""
    if _holds.count:
        _holds.count -= 1
        if not _holds.count:
            ctypes.pythonapi.PyGILState_Release(LOCKED)


def holds_thread() -> bool:
    """Whether the thread is held."""
    return _holds.count > 0


def keep_thread() -> None:
    """Hold the thread once, for as long as it lives."""
    if not _holds.count:
        hold_thread()
