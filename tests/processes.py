"""Which tests start processes: found by their folder and fixtures, or marked; none starts one in secret.

`make test-fast` leaves them out (-m "not process"): what is left is done in this process.
"""

from __future__ import annotations

import sys

import pytest

FOLDERS = {"conformance", "displays", "examples", "shell", "system"}  # whose tests are about processes
STARTING = {"start", "start_once", "pvapy_client"}  # fixtures that start processes
EVENTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}  # of sys.addaudithook
FORGOTTEN = "this test starts a process: it needs `pytestmark = pytest.mark.process`, or `@pytest.mark.process`"


class _Watch:
    forbidden = False


def mark(items: list[pytest.Item], softioc: bool) -> None:
    """Give the marker to all tests whose folder or fixtures say so."""
    for item in items:
        if softioc or item.path.parent.name in FOLDERS or STARTING & set(getattr(item, "fixturenames", ())):
            item.add_marker("process")


def begin(item: pytest.Item) -> None:
    """From now on that is the running test."""
    _Watch.forbidden = item.get_closest_marker("process") is None


def _look(event: str, _args: object) -> None:
    if _Watch.forbidden and event in EVENTS:
        raise RuntimeError(FORGOTTEN)


sys.addaudithook(_look)
