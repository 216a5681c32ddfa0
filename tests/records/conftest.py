"""A running engine without a server: records from .db text, puts that complete, values."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pydevpva.engine.processing import process
from pydevpva.ioc import Ioc

PATIENCE = 10.0


class Engine:
    """Records of a .db text. Everything runs on the IOC's own threads; each call waits until it is done."""

    def __init__(self, ioc: Ioc) -> None:
        self.ioc = ioc

    def get(self, name: str) -> Any:
        """A field's value; arrays as lists."""
        value = self._call(lambda: self.ioc.database.find(name).get())
        return value.tolist() if hasattr(value, "tolist") else value

    def text(self, name: str) -> str:
        return str(self._call(lambda: self.ioc.database.find(name).text()))

    def put(self, name: str, value: object) -> str:
        """A client's put with completion: "ok" or the error."""
        answered, answers = threading.Event(), list[str]()

        def done(error: str | None) -> None:
            answers.append(error or "ok")
            answered.set()

        database = self.ioc.database
        database.loop.submit(lambda: database.puts.put(database.find(name), value, None, True, done))
        assert answered.wait(PATIENCE), f"put to {name}: no answer"
        return answers[0]

    def process(self, name: str) -> None:
        """Process a record without waiting for what completes later."""
        self._call(lambda: process(self.ioc.database.records[name]))

    def alarm(self, name: str) -> tuple[str, str, str]:
        """(severity, status, message)"""
        return self.text(f"{name}.SEVR"), self.text(f"{name}.STAT"), self.text(f"{name}.AMSG")

    def watch(self, name: str) -> Watch:
        """What the sinks of a record are told from now on."""
        watch = Watch()
        self._call(lambda: self.ioc.database.records[name].attach(watch))
        return watch

    def _call(self, work: Callable[[], Any]) -> Any:
        return self.ioc.database.loop.call(work, timeout=PATIENCE)


class Watch:
    """A sink that keeps (field or None, mask), and VAL at that time."""

    def __init__(self) -> None:
        self.changes: list[tuple[str | None, int]] = []
        self.values: list[Any] = []
        self._told = threading.Condition()

    def changed(self, record: Any, mask: int, field: str | None) -> None:
        with self._told:
            self.changes.append((field, mask))
            self.values.append(record.VAL)
            self._told.notify_all()

    def wait_for(self, change: tuple[str | None, int]) -> None:
        with self._told:
            assert self._told.wait_for(lambda: change in self.changes, PATIENCE), f"{change} not in {self.changes}"

    def wait_for_value(self, value: object) -> None:
        with self._told:
            assert self._told.wait_for(lambda: value in self.values, PATIENCE), f"{value} not in {self.values}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """engine(text, *python): an engine that runs the records of a .db text, after these lines of Python."""
    iocs: list[Ioc] = []

    def start(text: str, *python: str) -> Engine:
        path = tmp_path / "test.db"
        path.write_text(text)
        ioc = Ioc(serve=False)
        iocs.append(ioc)
        for line in python:
            ioc.run_python(line)
        ioc.load_records(str(path))
        ioc.init()
        return Engine(ioc)

    yield start
    for ioc in iocs:
        ioc.stop()
