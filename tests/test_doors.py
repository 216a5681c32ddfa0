"""In the tests, what belongs to the database thread is refused to all others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pydevpva.errors import WrongThread
from tests.local_ioc import Posts, StartEngine

DOORS: dict[str, Callable[[Any, Any], object]] = {
    "find": lambda database, record: database.find("x"),
    "attach": lambda database, record: record.attach(Posts()),
    "detach": lambda database, record: record.detach(Posts()),
    "put": lambda database, record: database.puts.put(None, 1, None, False, print),
    "at": lambda database, record: database.loop.at(1.0, print),
    "after": lambda database, record: database.loop.after(1.0, print),
    "at_end": lambda database, record: database.loop.at_end(print),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_of_the_database_thread_is_closed_to_others(engine: StartEngine, door: str) -> None:
    db = engine('record(ao, "x") {}')
    database = db.ioc.database
    with pytest.raises(WrongThread, match="called on thread 'MainThread', belongs to 'database'"):
        DOORS[door](database, database.records["x"])


def test_outside_of_tests_the_doors_are_the_methods_themselves() -> None:
    code = "from pydevpva.loop import Loop; print(hasattr(Loop.at, '__wrapped__'))"
    for setting, wrapped in (("1", "True"), ("0", "False"), ("", "False")):
        environment = {**os.environ, "PYDEVPVA_CHECK_THREADS": setting}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert done.stdout.strip() == wrapped
