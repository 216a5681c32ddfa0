"""What `import pydev` finds: inside an IOC its `pydev`, outside a harmless stand-in that remembers values.

It imports nothing of the IOC but NDArray, Handle and Program, when they are asked for: a user's module runs on its own.
"""

from __future__ import annotations

import builtins
import functools
from typing import Any

__all__ = [  # noqa: F822  # all that an IOC's has but loop, which is there in an IOC only
    "NDArray", "Program", "at_exit", "at_running", "at_start", "cancel", "in_process", "iointr", "overruns", "record",
    "start", "subroutine",
]  # fmt: skip

_NOT_GIVEN = object()
_last: dict[str, Any] = {}
_subroutines: dict[str, Any] = {}
_moments: list[tuple[str, Any, Any]] = []  # which, the function, its seconds


def _hand_over() -> tuple[dict[str, Any], dict[str, Any], list[tuple[str, Any, Any]]]:
    """To an IOC that is made now: what was published, once, and the functions, as each IOC may need them."""
    published = dict(_last)
    _last.clear()
    return published, dict(_subroutines), list(_moments)


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


def _at(moment: str, function: Any, seconds: Any) -> Any:
    ioc = getattr(builtins, "pydev", None)
    if ioc is not None and getattr(ioc, "iointr", iointr) is not iointr:
        return getattr(ioc, moment)(function, seconds=seconds)
    if function is None:
        return lambda given: _at(moment, given, seconds)
    _moments.append((moment, function, seconds))
    return function


def at_start(function: Any = None, *, seconds: Any = None) -> Any:
    """Decorator: @pydev.at_start has the function called when iocInit begins; outside an IOC, by those made later."""
    return _at("at_start", function, seconds)


def at_running(function: Any = None, *, seconds: Any = None) -> Any:
    """Decorator: @pydev.at_running has the function called when iocInit is through."""
    return _at("at_running", function, seconds)


def at_exit(function: Any = None, *, seconds: Any = None) -> Any:
    """Decorator: @pydev.at_exit has the function called when the IOC ends: it leaves hardware safe."""
    return _at("at_exit", function, seconds)


def start(coroutine: Any, name: str | None = None) -> None:
    """Run a coroutine beside the records; outside an IOC it is not run."""
    ioc = getattr(builtins, "pydev", None)
    if ioc is not None and getattr(ioc, "start", start) is not start:
        ioc.start(coroutine, name)
    else:
        coroutine.close()


def cancel(name: str) -> bool:
    """Cancel what the code of a record waits for, or a task; outside an IOC there is none."""
    ioc = getattr(builtins, "pydev", None)
    return bool(ioc.cancel(name)) if ioc is not None and getattr(ioc, "cancel", cancel) is not cancel else False


def in_process(function: Any) -> Any:
    """Decorator: inside an IOC the function runs in a worker process, and its call gives a future; else just here."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        ioc = getattr(builtins, "pydev", None)
        if ioc is not None and getattr(ioc, "in_process", in_process) is not in_process:
            return ioc.in_process(function)(*args, **kwargs)
        return function(*args, **kwargs)

    return call


def record(name: str) -> Any:
    """A record as Python reads and writes it; outside an IOC each use of it is an error, until there is one."""
    from pydevpva.evaluator.handles import Handle

    return Handle(name, _records)


def Program(name: str, function: Any = None) -> Any:
    """An async def that records start, pause and abort; outside an IOC it cannot be started."""
    from pydevpva.evaluator.program import program

    return program(name, function, _ioc)


def _records() -> Any:
    return _ioc()._records()


def _ioc() -> Any:
    ioc = getattr(builtins, "pydev", None)
    if ioc is None or getattr(ioc, "record", record) is record:
        raise RuntimeError("there is no IOC in this process: this works in code that an IOC runs")
    return ioc


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
