"""Sequence files, NAME.sav0 to NAME.sav9: older states of a .sav file, in turn. On the thread that calls.

Which is the newest is told by the times of the files; they rise even when the clock jumps back.
"""

from __future__ import annotations

import contextlib
import os

from pydevpva.keep.safe_files import Permissions, write

MOST = 10


def newest_first(path: str, count: int) -> list[str]:
    """The sequence files that are there."""
    times = _times(path, count)
    return sorted(times, key=lambda name: times[name], reverse=True)


def write_next(path: str, count: int, text: str, permissions: Permissions) -> str:
    """Write the next of `count`: the first that is not there yet, or the oldest. Its name; OSError."""
    times = _times(path, count)
    names = [f"{path}{number}" for number in range(count)]
    name = next((n for n in names if n not in times), None) or min(names, key=lambda n: times[n])
    write(name, text, permissions)
    newest = max((time for other, time in times.items() if other != name), default=0)
    if os.stat(name).st_mtime_ns <= newest:
        with contextlib.suppress(OSError):
            os.utime(name, ns=(newest + 1_000_000, newest + 1_000_000))
    return name


def _times(path: str, count: int) -> dict[str, int]:
    found = {}
    for number in range(count):
        with contextlib.suppress(OSError):
            found[f"{path}{number}"] = os.stat(f"{path}{number}").st_mtime_ns
    return found
