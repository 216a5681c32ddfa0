"""pydevpva: EPICS records that call Python, served over PVAccess.

Public names: `Ioc`, the error classes, `__version__`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pydevpva._version import __version__
from pydevpva.errors import LoadError, NotFound, PutError, PydevpvaError

if TYPE_CHECKING:
    from pydevpva.ioc import Ioc

# Before libCom is loaded: as root, or with a real-time limit, it would give pvxs's threads SCHED_FIFO, with which they
# take the processor from the thread that holds the interpreter they wait for.
os.environ.setdefault("EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING", "NO")

__all__ = ["Ioc", "LoadError", "NotFound", "PutError", "PydevpvaError", "__version__"]


def __getattr__(name: str) -> Any:
    """Ioc is imported when it is first asked for, so that `import pydevpva` and -V stay quick."""
    if name == "Ioc":
        from pydevpva.ioc import Ioc

        return Ioc
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
