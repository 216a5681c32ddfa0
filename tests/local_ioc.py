"""A whole IOC in the test's own process, without a network: load a database text, put, get, wait for what must come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydevpva.ioc import Ioc

PATIENCE = 10.0


class LocalIoc:
    """An IOC on real threads; every method waits for the database thread."""

    def __init__(self, ioc: Ioc) -> None:
        self.ioc = ioc
        self.call = ioc.database.loop.call

    def get(self, name: str) -> Any:
        """The native value of a field."""
        return self.call(lambda: self.ioc.database.find(name).get(), timeout=PATIENCE)

    def text(self, name: str) -> str:
        """The value as EPICS shows it."""
        return self.call(lambda: self.ioc.database.find(name).text(), timeout=PATIENCE)

    def begin_put(
        self, name: str, value: Any, wait: bool = True, process: bool | None = None
    ) -> Callable[[], str | None]:
        """Start a put; the function returned waits for its end and gives None or the error."""
        ended = threading.Event()
        outcome: list[str | None] = []

        def done(error: str | None) -> None:
            outcome.append(error)
            ended.set()

        database = self.ioc.database
        database.loop.submit(lambda: database.puts.put(database.find(name), value, process, wait, done))

        def result() -> str | None:
            assert ended.wait(PATIENCE), f"the put to {name} was not answered"
            assert len(outcome) == 1, "answered more than once"
            return outcome[0]

        return result

    def put(self, name: str, value: Any, wait: bool = True, process: bool | None = None) -> str | None:
        """A put, waited for: None or the error."""
        return self.begin_put(name, value, wait, process)()

    def until(self, name: str, wanted: Callable[[Any], bool]) -> Any:
        """The value of a field once it is as wanted; AssertionError when that does not come."""
        end = time.monotonic() + PATIENCE
        while not wanted(value := self.get(name)):
            assert time.monotonic() < end, f"{name} stays {value!r}"
        return value

    def alarm(self, name: str) -> tuple[str, str, str]:
        """(SEVR, STAT, AMSG) as text."""
        return (self.text(f"{name}.SEVR"), self.text(f"{name}.STAT"), self.text(f"{name}.AMSG"))


@contextmanager
def local_ioc(folder: Path, db: str, *python: str) -> Iterator[LocalIoc]:
    """An IOC with these records, after running these lines of Python as pydev(...) would."""
    (folder / "test.db").write_text(db)
    ioc = Ioc(serve=False)
    for line in python:
        ioc.run_python(line)
    ioc.load_records(str(folder / "test.db"))
    try:
        ioc.init()
        yield LocalIoc(ioc)
    finally:
        ioc.stop()
