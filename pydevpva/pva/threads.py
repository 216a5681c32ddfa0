"""What Python knows of the threads of pvxs, on which it is called back."""

from __future__ import annotations

import ctypes
import threading

_thread = threading.local()


def keep_thread() -> None:
    """Let Python keep its state of the calling thread from one callback to the next; called on threads of pvxs.

    A thread that Python did not start is new to it at each callback, and forgotten afterwards: its stack of frames is
    mapped, touched and unmapped each time, at which all processors have to stop. See docs/decisions/0016.
    """
    if not hasattr(_thread, "kept"):
        _thread.kept = True
        ctypes.pythonapi.PyGILState_Ensure()  # one more than p4p releases
