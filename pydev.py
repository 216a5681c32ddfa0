"""What `import pydev` finds: inside an IOC its `pydev`, outside a harmless stand-in that remembers values.

It imports nothing of the IOC but NDArray, when that is asked for, so that a user's module runs on its own.
"""

from __future__ import annotations

import builtins
from typing import Any

__all__ = ["NDArray", "iointr", "overruns", "subroutine"]  # noqa: F822

_NOT_GIVEN = object()
_last: dict[str, Any] = {}
_subroutines: dict[str, Any] = {}


def _hand_over() -> tuple[dict[str, Any], dict[str, Any]]:
    """To an IOC that is made now: what was published, once, and the subroutines, as each IOC may need them."""
    published = dict(_last)
    _last.clear()
    return published, dict(_subroutines)


def iointr(name: str, value: Any = _NOT_GIVEN) -> Any:
    """Publish `value` under `name` and return True; without a value, return the last one published or None."""
    args = (name,) if value is _NOT_GIVEN else (name, value)
    ioc = getattr(builtins, "pydev", None)
    if ioc is not None and getattr(ioc, "iointr", iointr) is not iointr:
        return ioc.iointr(*args)
    if value is _NOT_GIVEN:
        return _last.get(name)
    _last[name] = value
    return True


def subroutine(name: Any = None) -> Any:
    """Decorator: @pydev.subroutine or @pydev.subroutine("name") lets SNAM and INAM of records name the function."""
    ioc = getattr(builtins, "pydev", None)
    if ioc is not None and getattr(ioc, "subroutine", subroutine) is not subroutine:
        return ioc.subroutine(name)
    if callable(name):
        _subroutines[getattr(name, "__name__", "")] = name
        return name

    def keep(function: Any) -> Any:
        _subroutines[str(name or function.__name__)] = function
        return function

    return keep


def overruns(scan: str | None = None) -> int:
    """Scan passes that were skipped because records take too long; outside an IOC, none."""
    ioc = getattr(builtins, "pydev", None)
    if ioc is not None and getattr(ioc, "overruns", overruns) is not overruns:
        return int(ioc.overruns(scan))
    return 0


def __getattr__(name: str) -> Any:
    ioc = getattr(builtins, "pydev", None)
    if ioc is not None and getattr(ioc, "iointr", iointr) is not iointr and not name.startswith("__"):
        return getattr(ioc, name)
    if name != "NDArray":
        raise AttributeError(f"module 'pydev' has no attribute {name!r}")
    from pydevpva.records.results.ndarray import NDArray

    return NDArray
