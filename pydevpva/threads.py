"""Threads that recurse deeply: the database thread, where a chain of forward links is a recursion, and the evaluator's.

Only these get a large stack; threads that users start have Python's usual one, and its usual limit.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections import deque
from itertools import repeat, starmap

from pydevpva.errors import PydevpvaError

STACK_BYTES = 256 << 20  # of address space, not of memory
SMALLER = (64 << 20, 16 << 20)  # where the machine gives no more
FRAMES = 60_000  # a chain of forward links is a recursion of 5 Python frames a record
_PR_SET_NAME = 15
COUNTS_C_APART = sys.version_info >= (3, 12)


class CannotStart(PydevpvaError):
    """There is no memory, or no thread, left for a thread of ours."""


class DeepThread(threading.Thread):
    """A thread on which Python may recurse FRAMES deep. Its `run` begins with `deepen`."""

    _stack = STACK_BYTES

    def start(self) -> None:
        """Raises CannotStart."""
        usual = threading.stack_size()
        for self._stack in _that_fit(STACK_BYTES, *SMALLER):
            threading.stack_size(self._stack)
            try:
                super().start()
                return
            except (RuntimeError, MemoryError):
                continue
            finally:
                threading.stack_size(usual)
        raise CannotStart(
            f"the {self.name} thread cannot be started: no memory or no thread is left for it (see ulimit -v and -u)"
        )

    def run(self) -> None:
        self.deepen()
        super().run()

    def deepen(self) -> None:
        """Let this thread recurse as deep as its stack allows, and have its name; on the thread itself.

        Up to 3.11 Python counts calls from C, which take the stack, with all others, and its limit is one for all
        threads: endless recursion on a user's thread would end the process there. So only this thread's count begins
        lower. Later Pythons limit calls from C for themselves, and calls of Python take no stack.
        """
        show_name(self.name)
        if COUNTS_C_APART:
            sys.setrecursionlimit(max(FRAMES, sys.getrecursionlimit()))
            return
        leave = ctypes.PyDLL(None).Py_LeaveRecursiveCall
        leave.argtypes, leave.restype = [], None
        times = FRAMES * self._stack // STACK_BYTES - sys.getrecursionlimit()
        deque(starmap(leave, repeat((), times)), maxlen=0)  # called from C, which takes half the time of a loop


def show_name(name: str) -> None:
    """Call the running thread so in `top -H` and `ps -L`, as EPICS's threads are; from 3.14 on Python does it."""
    if sys.platform == "linux" and sys.version_info < (3, 14):
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def _that_fit(*stacks: int) -> list[int]:
    """Those that leave three quarters of the address space that is left to all else; the smallest in any case.

    Under `ulimit -v` a stack that only just fits would leave users' code without memory as soon as it does anything.
    """
    room = _address_space_left()
    return [size for size in stacks if room is None or size <= room // 4] or [stacks[-1]]


def _address_space_left() -> int | None:
    """Bytes of address space that this process may still take; None: as many as it likes, or that is not known."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        with open("/proc/self/statm") as statm:
            taken = int(statm.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError, ValueError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(0, limit - taken)
