"""IOCs in the test's own process, each with ports of its own, and a client for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from p4p.client.thread import Context

from pydevpva.ioc import Ioc
from tests.clients import Watch, p4p_context
from tests.ioc_process import PATIENCE, loopback


def eventually(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return when the condition holds, which nothing announces: a client's goodbye that is on its way."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {patience} s"
        time.sleep(0.001)


@dataclass
class Served:
    """A running IOC and a p4p client of it."""

    ioc: Ioc
    client: Context
    environment: dict[str, str]

    def get(self, name: str) -> Any:
        return self.client.get(name, timeout=PATIENCE)

    def put(self, name: str, value: Any, **options: Any) -> str:
        """Put a value, or leaves by name; "ok" or the error's text."""
        leaves = value if isinstance(value, dict) else {"value": value}
        try:
            self.client.put(name, leaves, get=False, timeout=PATIENCE, **options)
        except Exception as error:  # RemoteError and others of p4p
            return str(error)
        return "ok"

    def watch(self, name: str) -> Watch:
        return Watch(self.client, name)

    def record(self, name: str) -> Any:
        return self.ioc.database.records[name]

    def on_database(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run work on the database thread."""
        return self.ioc.database.loop.call(work, *args, timeout=PATIENCE)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """serve(db_text, python="", access="") starts an IOC."""
    with ExitStack() as stack:

        def start(db: str, python: str = "", access: str = "") -> Served:
            ioc = Ioc()
            ioc.environment.update(loopback())
            (tmp_path / "test.db").write_text(db)
            if access:
                (tmp_path / "test.acf").write_text(access)
                ioc.access_file = str(tmp_path / "test.acf")
            if python:
                ioc.run_python(python)
            ioc.load_records(str(tmp_path / "test.db"))
            stack.callback(ioc.stop)
            ioc.init()
            client = stack.enter_context(p4p_context(ioc.environment))
            return Served(ioc, client, dict(ioc.environment))

        yield start
