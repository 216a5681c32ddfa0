"""Fixtures for tests that speak to running servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from p4p.client.thread import Context

from tests.clients import Pvapy, p4p_context
from tests.ioc_process import ServerProcess, Starter

pytest.register_assert_rewrite("tests.examples.facts")

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says something at the end of the run, whether or not the test passes."""
    return request.config.stash.setdefault(TOLD, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write what tests have told, before pytest's own closing line."""
    if told := config.stash.get(TOLD, []):
        terminalreporter.section("told by tests")
        for line in told:
            terminalreporter.write_line(line)


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
