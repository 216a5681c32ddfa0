"""KeyboardInterrupt in the command of an attached console, and in nothing else. See each method for its thread."""

from __future__ import annotations

import ctypes
import itertools
import threading

_raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
NOTHING = ctypes.py_object()  # NULL: takes back what has been set and not been raised


class Interrupts:
    """A context manager around each command of one console, on its thread.

    Python raises what is set for a thread at one of its next steps. That must not be after the command, and the thread
    may have ended and its number be another's: so it is set only while a command runs, and taken back when that ends.
    """

    def __init__(self) -> None:
        self.running = 0  # the number of the command that runs, 0: none
        self._lock = threading.Lock()
        self._thread = 0
        self._numbers = itertools.count(1)

    def interrupt(self) -> int:
        """Raise KeyboardInterrupt in the command that runs, from any thread. The command's number, 0: none runs."""
        with self._lock:
            if self.running:
                _raise_in(ctypes.c_ulong(self._thread), ctypes.py_object(KeyboardInterrupt))
            return self.running

    def __enter__(self) -> None:
        self._thread = threading.get_ident()
        self.running = next(self._numbers)

    def __exit__(self, *_: object) -> None:
        while True:
            try:
                with self._lock:
                    self.running = 0
                    _raise_in(ctypes.c_ulong(self._thread), NOTHING)
                return
            except KeyboardInterrupt:  # it came just now; no other can follow
                continue
