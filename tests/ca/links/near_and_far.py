"""Two IOCs that see each other by CA alone: the far one is EPICS's own, the near one, with the links, EPICS's or ours.

Both are read and written by p4p, by ports on which neither looks for the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from p4p.client.thread import Context, RemoteError

from pydevpva.ioc import Ioc
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, ServerProcess, Starter, loopback
from tests.local_ioc import eventually

RESTARTS = int(os.environ.get("PYDEVPVA_RESTARTS", "4"))  # of an IOC whose other end must not grow; at least 4
NO_PVA = {"EPICS_IOC_IGNORE_SERVERS": "qsrv2"}


def ca_of(far: Mapping[str, str]) -> dict[str, str]:
    """The variables by which an IOC finds that one by Channel Access, and serves on a port of its own."""
    searched = {name: value for name, value in far.items() if name.startswith("EPICS_CA_")}
    return {**searched, "EPICS_CAS_SERVER_PORT": loopback()["EPICS_CA_SERVER_PORT"]}


def far_ioc(start: Starter, db: str, before: ServerProcess | None = None) -> ServerProcess:
    """softIocPVX with its Channel Access server alone; it takes the place of one `before`, on its ports."""
    server = start.softiocpvx(db, env=NO_PVA | (before.environment if before is not None else {}))
    if before is not None:
        server.environment = before.environment
    server.wait_log("iocRun: All initialization complete")
    return server


@contextmanager
def our_ioc(folder: Path, db: str, environment: Mapping[str, str], python: str = "") -> Iterator[Ioc]:
    """Ours, in this process."""
    path = folder / f"ours{len(list(folder.iterdir()))}.db"
    path.write_text(db)
    with Ioc() as ioc:
        ioc.environment.update(environment)
        if python:
            ioc.run_python(python)
        ioc.load_records(str(path))
        ioc.init()
        yield ioc


class Pair:
    """Clients of both IOCs."""

    def __init__(self, near: Context, far: Context, far_names: str = "far:") -> None:
        self._near, self._far, self._far_names = near, far, far_names

    def _client(self, name: str) -> Context:
        return self._far if name.startswith(self._far_names) else self._near

    def put(self, name: str, value: Any, **options: Any) -> str:
        """A put, of leaves or a value; "ok" or the error's text."""
        leaves = value if isinstance(value, dict) else {"value": value}
        try:
            self._client(name).put(name, leaves, get=False, timeout=PATIENCE, **options)
        except RemoteError as error:
            return str(error)
        return "ok"

    def get(self, names: list[str]) -> list[Any]:
        """The values of records of one of the two."""
        client = self._client(names[0])
        return [plain(structure) for structure in client.get(names, timeout=PATIENCE)]

    def structure(self, name: str) -> Any:
        """All of a PV."""
        return self._client(name).get(name, timeout=PATIENCE)


def plain(structure: Any) -> Any:
    """The value, of a state its number."""
    value = structure["value"]
    if hasattr(value, "items"):
        return value["index"]
    return value.tolist() if hasattr(value, "tolist") else value


@contextmanager
def pair(kind: str, start: Starter, folder: Path, near: str, far: str) -> Iterator[Pair]:
    """The near IOC is "real" or "ours"."""
    with ExitStack() as stack:
        there = start.softiocpvx(far)
        if kind == "real":
            environment = start.softiocpvx(near, env=ca_of(there.environment)).environment
        else:
            environment = loopback() | ca_of(there.environment)
            stack.enter_context(our_ioc(folder, near, environment))
        far_client = stack.enter_context(p4p_context(there.environment))
        yield Pair(stack.enter_context(p4p_context(environment)), far_client)


def wait_for(ioc: Ioc, condition: Callable[[dict[str, Any]], object], what: str, patience: float = PATIENCE) -> None:
    """Return when the condition of the records holds."""
    eventually(lambda: ioc.database.loop.call(condition, ioc.database.records), what, patience)
