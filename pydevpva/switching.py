"""How long a thread that computes keeps the interpreter from those that wait: one setting for the whole process.

Used on the main thread, by each IOC for itself. See docs/decisions/0013 and 0031.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SHORT = 2e-4  # seconds, not Python's 5 ms: clients, the database thread and users' code take turns
PROMPT = 1e-5  # while an IOC stops
_lock = threading.Lock()
_holders: set[object] = set()
_usual = _ours = 0.0  # as it was before the first IOC; as the IOCs have set it


def shorten(holder: object) -> None:
    """From now on, until all who have asked for it let go."""
    global _usual, _ours
    with _lock:
        if not _holders:
            _usual = sys.getswitchinterval()
            _set(max(PROMPT, min(SHORT, _usual)))
            _ours = sys.getswitchinterval()
        _holders.add(holder)


def let_go(holder: object) -> None:
    """The last one leaves it as it was before the first, unless users' code has changed it since."""
    with _lock:
        if holder in _holders:
            _holders.discard(holder)
            if not _holders and sys.getswitchinterval() == _ours:
                _set(_usual)


@contextmanager
def prompt() -> Iterator[None]:
    """User code that spins hands the interpreter on at once: each answer to a client would wait for it."""
    usual = sys.getswitchinterval()
    _set(PROMPT)
    try:
        yield
    finally:
        _set(usual)


def _set(seconds: float) -> None:
    """Python cuts it to whole microseconds: half of one more, or what is set back is less each time."""
    sys.setswitchinterval(seconds + 5e-7)
