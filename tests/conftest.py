"""Fixtures: IOCs in the test's process, and servers that are processes of their own with clients for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import pytest

os.environ["PYDEVPVA_CHECK_THREADS"] = "1"  # before pydevpva is imported, here and in the processes that tests start
import pydevpva.libraries  # noqa: F401  before p4p, which would import setuptools

# An installed package is compiled once; under this variable, each process that a test starts would compile it again
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
from p4p.client.thread import Context

from pydevpva import threads
from pydevpva.clock import ManualClock
from pydevpva.db import definitions
from tests import processes
from tests.clients import Pvapy, p4p_context
from tests.ioc_process import ServerProcess, Starter
from tests.local_ioc import Engine, Serve, Served, StartEngine, local_engine, served_ioc
from tests.softioc_engine import SoftIocEngine, refused

# What a process does for each of its IOCs, that is once; the tests have thousands of IOCs. EPICS's .dbd files are read
# once, and threads go deep where a test says so (`deep`): up to Python 3.11 that takes 10 ms an IOC
definitions.own_statements = cache(definitions.own_statements)
DEEP, threads.FRAMES = threads.FRAMES, 6000

pytest.register_assert_rewrite("tests.examples.facts")

TOLD = "told by tests"


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says something at the end of the run, whether or not the test passes."""
    return lambda line: request.node.user_properties.append((TOLD, line))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what tests have told, in this process or in one of its workers, before pytest's own closing line."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    ends = [report for report in reports if getattr(report, "when", "") == "teardown"]
    if told := [line for report in ends for name, line in report.user_properties if name == TOLD]:
        terminalreporter.section(TOLD)
        for line in told:
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--softioc", action="store_true", help="ask softIocPVX, where it can be asked, in place of us")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    processes.mark(items, config.getoption("--softioc"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    processes.begin(item)
    if item.config.getoption("--softioc"):
        if (ours := item.get_closest_marker("ours")) is not None:
            pytest.skip(ours.args[0])
        if "caplog" in getattr(item, "fixturenames", ()):
            pytest.skip("what the log says is our own")


@pytest.fixture
def deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains of records and users' code may recurse as deep as in an IOC that is a process."""
    monkeypatch.setattr(threads, "FRAMES", DEEP)


@pytest.fixture
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartEngine]:
    """engine(text, *python): an IOC without a server, with the records of a .db text, after these lines of Python."""
    with ExitStack() as stack:

        def start(text: str, *python: str) -> Engine:
            return stack.enter_context(local_engine(tmp_path, text, *python))

        softioc = request.config.getoption("--softioc")
        yield request.getfixturevalue("softioc_engine") if softioc else start


@pytest.fixture
def softioc_engine(tmp_path: Path) -> Iterator[Callable[..., SoftIocEngine]]:
    """softioc_engine(text): softIocPVX with these records."""
    starter = Starter(tmp_path)
    with ExitStack() as stack:
        stack.callback(starter.stop_all)

        def start(text: str, *python: str) -> SoftIocEngine:
            if why := refused(text, python):
                pytest.skip(why)
            return SoftIocEngine(stack.enter_context(p4p_context(starter.softiocpvx(text).environment)))

        yield start


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """serve(text, python="", access="", clock=None): an IOC that serves, and a client of it."""
    with ExitStack() as stack:

        def start(db: str, python: str = "", access: str = "", clock: ManualClock | None = None) -> Served:
            return stack.enter_context(served_ioc(tmp_path, db, python, access, clock))

        yield start


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Starts servers, each with ports of its own; a test that fails shows what they printed."""
    starter = Starter(tmp_path_factory.mktemp("servers"))
    yield starter
    starter.stop_all()


@pytest.fixture(scope="module")
def start_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """As `start`, for servers that all tests of a module share."""
    starter = Starter(tmp_path_factory.mktemp("servers"))
    yield starter
    starter.stop_all()


@pytest.fixture
def p4p_client() -> Iterator[Callable[[ServerProcess], Context]]:
    """Makes p4p clients, p4p_client(server), that see one server only and give raw p4p Values."""
    with ExitStack() as stack:
        yield lambda server: stack.enter_context(p4p_context(server.environment))


@pytest.fixture
def pvapy_client() -> Iterator[Callable[[ServerProcess], Pvapy]]:
    """Makes pvapy clients, pvapy_client(server), that see one server only."""
    with ExitStack() as stack:
        yield lambda server: stack.enter_context(closing(Pvapy(server.environment)))
