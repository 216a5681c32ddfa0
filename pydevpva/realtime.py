"""`--realtime`: the database thread before all that is not real-time, and memory that is not swapped out. Linux.

`refuse_unless_allowed` is for the main thread at the start; `raise_priority` for the thread that is to have it, which
must run no user's code: a loop of Python would keep a processor for itself.
"""

from __future__ import annotations

import ctypes
import os
import threading

from pydevpva.errors import PydevpvaError

# Below the kernel's own threads, which have 50; above what EPICS gives its network threads where it is allowed to.
PRIORITY = 49
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
# Each page from when it is first used: deep stacks take address space only, and that would be locked in whole.
_LOCK = _MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT


class NotAllowed(PydevpvaError):
    """The system does not let this process have what --realtime asks for."""


def refuse_unless_allowed() -> None:
    """Lock the process's memory, and see whether a thread may have the priority. Raises NotAllowed."""
    if not hasattr(os, "sched_setscheduler") or not hasattr(os, "SCHED_RESET_ON_FORK"):
        raise NotAllowed("--realtime: this system has no real-time scheduling that Python knows of")
    refused: list[NotAllowed] = []
    trial = threading.Thread(target=_try, args=(refused,), name="real-time trial")
    trial.start()
    trial.join()
    if refused:
        raise refused[0]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_LOCK):
        raise NotAllowed(
            f"--realtime: memory cannot be locked ({os.strerror(ctypes.get_errno())}); allow it with"
            " LimitMEMLOCK=infinity in the systemd unit, or `ulimit -l unlimited`"
        )


def raise_priority() -> None:
    """The calling thread gets SCHED_FIFO; threads and processes that it starts do not. Raises NotAllowed."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    except OSError as error:
        raise NotAllowed(
            f"--realtime: no thread may have SCHED_FIFO with priority {PRIORITY} ({error.strerror}); allow it with"
            f" LimitRTPRIO={PRIORITY} in the systemd unit, or `ulimit -r {PRIORITY}`"
        ) from None


def _try(refused: list[NotAllowed]) -> None:
    try:
        raise_priority()
    except NotAllowed as error:
        refused.append(error)
