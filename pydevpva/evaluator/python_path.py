"""epicsEnvSet("PYTHONPATH", ...) at run time. Called on the shell's thread."""

from __future__ import annotations

import importlib
import os
import sys

_entries: list[str] = []  # what this process has put into sys.path for PYTHONPATH, as sys.path itself is the process's


def set_python_path(value: str) -> None:
    """Let imports look in the directories of `value` first, in its order, and no longer in those of a former value."""
    for entry in _entries:
        if entry in sys.path:
            sys.path.remove(entry)
    _entries[:] = [os.path.abspath(entry) for entry in value.split(os.pathsep) if entry]
    at = 1 if sys.path[:1] == [""] else 0
    sys.path[at:at] = _entries
    importlib.invalidate_caches()
