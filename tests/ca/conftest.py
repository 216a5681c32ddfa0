"""IOCs in the test's process, and libca clients of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pydevpva.clock import ManualClock
from tests.ca.client import Client
from tests.ca.served import Served
from tests.ca.wire import Wire
from tests.ioc_process import ServerProcess
from tests.local_ioc import running

Serve = Callable[..., Served]


@pytest.fixture(autouse=True)
def environment_of_before() -> Iterator[None]:
    """libca and the server read the process's environment; it is as it was after each test."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """serve(text, *python, access="", clock=None): an IOC with these records, and a libca client of it."""
    with ExitStack() as stack:

        def start(db: str, *python: str, access: str = "", clock: ManualClock | None = None) -> Served:
            ioc = stack.enter_context(running(tmp_path, db, *python, serve=True, access=access, clock=clock))
            client = stack.enter_context(Client(ioc.environment))
            return Served(ioc, client, clock)

        yield start


@pytest.fixture
def client() -> Iterator[Callable[[ServerProcess], Client]]:
    """client(server): a libca client of a server that is a process."""
    with ExitStack() as stack:
        yield lambda server: stack.enter_context(Client(server.environment))


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """wire(server): a connection to its Channel Access port, with bytes in place of a client."""
    with ExitStack() as stack:
        yield lambda served, **more: stack.enter_context(Wire(int(served.environment["EPICS_CA_SERVER_PORT"]), **more))
