"""IOCs in the test's own process, on a clock of their own that stands still until `advance` moves it.

One harness, seen from three sides: `LocalIoc` puts and gets on the database thread, `Engine` does the same and speaks
plainly (lists, "ok"), `Served` listens on ports of its own and is spoken to by a p4p client.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from p4p.client.thread import Context

from pydevpva.clock import ManualClock
from pydevpva.engine.processing import process
from pydevpva.ioc import Ioc
from tests.clients import Watch, p4p_context
from tests.ioc_process import PATIENCE, loopback


def eventually(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return when the condition holds, which nothing announces: a client's goodbye that is on its way."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {patience} s"
        time.sleep(0.001)


def becomes(read: Callable[[], object], wanted: object, what: str, patience: float = PATIENCE) -> None:
    """Return when what is read is as wanted: another IOC has it then, which nothing announces here."""
    end = time.monotonic() + patience
    while (got := read()) != wanted:
        assert time.monotonic() < end, f"{what} is {got}, not {wanted}"
        time.sleep(0.005)


class InProcess:
    """A running IOC; every method may wait for its database thread."""

    def __init__(self, ioc: Ioc, clock: ManualClock | None = None) -> None:
        self.ioc = ioc
        self.clock = clock
        self.environment = dict(ioc.environment)

    def call(self, work: Callable[..., Any], *args: Any, timeout: float = PATIENCE) -> Any:
        """Run work(*args) on the database thread."""
        return self.ioc.database.loop.call(work, *args, timeout=timeout)

    on_database = call

    def advance(self, seconds: float) -> None:
        """Let so many seconds go by: scans and delays that fall due are done, and all that they set off.

        0 seconds: what is due now, a delay of 0 too, and the user code that is under way.
        """
        assert self.clock is not None, "this IOC goes by the computer's clock"
        self.clock.advance(seconds)

    def record(self, name: str) -> Any:
        return self.ioc.database.records[name]

    def read(self, name: str) -> Any:
        """The native value of a field, as the database thread sees it."""
        return self.call(lambda: self.ioc.database.find(name).get())

    def text(self, name: str) -> str:
        """The value as EPICS shows it."""
        return str(self.call(lambda: self.ioc.database.find(name).text()))

    def alarm(self, name: str) -> tuple[str, str, str]:
        """(SEVR, STAT, AMSG) as text."""
        return self.text(f"{name}.SEVR"), self.text(f"{name}.STAT"), self.text(f"{name}.AMSG")

    def process(self, name: str) -> None:
        """Process a record without waiting for what completes later."""
        self.call(lambda: process(self.ioc.database.records[name]))

    def posts(self, name: str) -> Posts:
        """What the sinks of a record are told from now on."""
        posts = Posts()
        self.call(lambda: self.ioc.database.records[name].attach(posts))
        return posts

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
            assert ended.wait(PATIENCE), f"the put to {name} was not answered; a delay needs `advance`"
            assert len(outcome) == 1, "answered more than once"
            return outcome[0]

        return result


class LocalIoc(InProcess):
    """Gets and puts on the database thread."""

    def get(self, name: str) -> Any:
        """The native value of a field."""
        return self.read(name)

    def put(self, name: str, value: Any, wait: bool = True, process: bool | None = None) -> str | None:
        """A put, waited for: None or the error."""
        return self.begin_put(name, value, wait, process)()

    def watch(self, name: str) -> Posts:
        """What the sinks of a record are told from now on."""
        return self.posts(name)

    def until(self, name: str, wanted: Callable[[Any], bool]) -> Any:
        """The value of a field once it is as wanted, which user code or a link brings about."""
        record = self.call(self.ioc.database.find, name).record
        told = self.posts(record.NAME)
        end = time.monotonic() + PATIENCE
        while not wanted(value := self.get(name)):
            assert time.monotonic() < end, f"{name} stays {value!r}; a scan needs `advance`"
            told.wait_for_more()
        self.call(record.detach, told)
        return value


class Engine(LocalIoc):
    """As LocalIoc, in plain words."""

    def get(self, name: str) -> Any:
        """A field's value; arrays as lists."""
        value = self.read(name)
        return value.tolist() if hasattr(value, "tolist") else value

    def put(self, name: str, value: Any, wait: bool = True, process: bool | None = None) -> str:
        """A put, waited for: "ok" or the error."""
        return self.begin_put(name, value, wait, process)() or "ok"


class Served(InProcess):
    """An IOC with a server, and a p4p client that sees it alone."""

    def __init__(self, ioc: Ioc, client: Context, clock: ManualClock | None = None) -> None:
        super().__init__(ioc, clock)
        self.client = client

    def get(self, name: str) -> Any:
        """What the client reads."""
        return self.client.get(name, timeout=PATIENCE)

    def put(self, name: str, value: Any, **options: Any) -> str:
        """The client puts a value, or leaves by name; "ok" or the error's text."""
        leaves = value if isinstance(value, dict) else {"value": value}
        try:
            self.client.put(name, leaves, get=False, timeout=PATIENCE, **options)
        except Exception as error:  # RemoteError and others of p4p
            return str(error)
        return "ok"

    def watch(self, name: str) -> Watch:
        """A monitor of the client."""
        return Watch(self.client, name)


class Posts:
    """A sink that keeps (field or None, mask), and VAL at that time."""

    def __init__(self) -> None:
        self.changes: list[tuple[str | None, int]] = []
        self.values: list[Any] = []
        self._seen = 0
        self._told = threading.Condition()

    def changed(self, record: Any, mask: int, field: str | None) -> None:
        with self._told:
            self.changes.append((field, mask))
            self.values.append(record.VAL)
            self._told.notify_all()

    def wait_for_more(self, patience: float = 0.005) -> None:
        """Until something is told that this has not returned for; at the longest `patience` seconds."""
        with self._told:
            self._told.wait_for(lambda: len(self.changes) > self._seen, patience)
            self._seen = len(self.changes)

    def wait_for(self, change: tuple[str | None, int]) -> None:
        with self._told:
            assert self._told.wait_for(lambda: change in self.changes, PATIENCE), f"{change} not in {self.changes}"

    def wait_for_value(self, value: object) -> None:
        with self._told:
            assert self._told.wait_for(lambda: value in self.values, PATIENCE), f"{value} not in {self.values}"


StartEngine = Callable[..., Engine]
Serve = Callable[..., Served]


@contextmanager
def running(
    folder: Path,
    db: str,
    *python: str,
    serve: bool = False,
    access: str = "",
    dbd: str = "",
    clock: ManualClock | None = None,
) -> Iterator[Ioc]:
    """An IOC with these records, after running these lines of Python as pydev(...) would."""
    ioc = Ioc(serve, clock)
    if serve:
        ioc.environment.update(loopback())
    if access:
        ioc.servers.access_file = written(folder / "test.acf", access)
    for line in python:
        ioc.run_python(line)
    if dbd:
        ioc.load_database(written(folder / "test.dbd", dbd))
    ioc.load_records(written(folder / "test.db", db))
    try:
        ioc.init()
        yield ioc
    finally:
        ioc.stop()


def written(path: Path, text: str) -> str:
    """The name of a file with this text."""
    path.write_text(text)
    return str(path)


@contextmanager
def local_ioc(folder: Path, db: str, *python: str, **more: Any) -> Iterator[LocalIoc]:
    """An IOC without a server, see `running`."""
    clock = ManualClock()
    with running(folder, db, *python, clock=clock, **more) as ioc:
        yield LocalIoc(ioc, clock)


@contextmanager
def local_engine(folder: Path, db: str, *python: str, **more: Any) -> Iterator[Engine]:
    """The same, spoken to plainly."""
    clock = ManualClock()
    with running(folder, db, *python, clock=clock, **more) as ioc:
        yield Engine(ioc, clock)


@contextmanager
def served_ioc(
    folder: Path, db: str, python: str = "", access: str = "", clock: ManualClock | None = None
) -> Iterator[Served]:
    """An IOC with a server, and its client; by the computer's clock unless it gets one, as its client is."""
    lines: Mapping[str, Any] = {"serve": True, "access": access, "clock": clock}
    with running(folder, db, *([python] if python else []), **lines) as ioc, p4p_context(ioc.environment) as client:
        yield Served(ioc, client, clock)
