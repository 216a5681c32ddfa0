"""Which tests start processes: seen in their code and in that of their fixtures, or marked by hand.

`make test-fast` leaves them out, and what is marked as long: what is left is done in this process. None starts one in
secret.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

STARTERS = {"subprocess", "pexpect", "ServerProcess", "Starter", "Pvapy"}  # whoever names one starts a process
EVENTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}  # of sys.addaudithook
FORGOTTEN = "this test starts a process: it needs `pytestmark = pytest.mark.process`, or `@pytest.mark.process`"
HERE = str(Path(__file__).parent)


class _Now:
    forbidden = False


def mark(items: list[pytest.Item], softioc: bool) -> None:
    """Give the marker to all tests that name what starts processes, by whatever way through the tests' own code."""
    known: dict[CodeType, bool] = {}
    for item in items:
        if softioc or any(_starts(function, known) for function in _functions(item)):
            item.add_marker("process")


def begin(item: pytest.Item) -> None:
    """From now on that is the running test."""
    _Now.forbidden = item.get_closest_marker("process") is None


def _functions(item: Any) -> Iterator[Callable[..., object]]:
    """The test's own and those of its fixtures."""
    yield getattr(getattr(item.obj, "hypothesis", None), "inner_test", item.obj)
    for definitions in item._fixtureinfo.name2fixturedefs.values():
        yield from (definition.func for definition in definitions)


def _starts(function: Any, known: dict[CodeType, bool]) -> bool:
    code = getattr(function, "__code__", None)
    if code is None or not code.co_filename.startswith(HERE):
        return False
    if code not in known:
        known[code] = False  # while we look: it may call itself
        names = set(_names(code))
        known[code] = bool(names & STARTERS) or any(_starts(other, known) for other in _called(function, names))
    return known[code]


def _names(code: CodeType) -> Iterator[str]:
    """All names that a function and those inside it use."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _called(function: FunctionType, names: set[str]) -> Iterator[object]:
    """What a function may call: functions it names, and those of modules it names."""
    for value in (function.__globals__.get(name) for name in names):
        if isinstance(value, ModuleType):
            yield from (vars(value).get(name) for name in names)
        else:
            yield value


def _look(event: str, _args: object) -> None:
    if _Now.forbidden and event in EVENTS:
        raise RuntimeError(FORGOTTEN)


sys.addaudithook(_look)
