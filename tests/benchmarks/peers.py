"""Servers under measurement: started alike on loopback, their processor time and memory from the operating system."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.ioc_process import ServerProcess, Starter

SERVERS = Path(__file__).with_name("servers")


def cpu_seconds(server: ServerProcess) -> float:
    """Processor time of the server's process so far, all its threads: in ns, or in ticks where threads have ended."""
    process = Path(f"/proc/{server.process.pid}")
    running = 0
    for task in (process / "task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ends meanwhile
            running += int((task / "schedstat").read_text().split()[0])
    ticks = sum(map(int, (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    return max(running / 1e9, ticks / os.sysconf("SC_CLK_TCK"))


def memory_mb(server: ServerProcess) -> float:
    """Resident memory now."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def threads(server: ServerProcess) -> int:
    """Threads of the server's process."""
    return len(os.listdir(f"/proc/{server.process.pid}/task"))


def descriptors(server: ServerProcess) -> int:
    """Open file descriptors of the server's process."""
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


@contextmanager
def servers() -> Iterator[Starter]:
    """A Starter in a folder of its own; all it started ends here."""
    with TemporaryDirectory() as folder:
        starter = Starter(Path(folder))
        try:
            yield starter
        finally:
            starter.kill_all()


def pydev_outputs(count: int) -> str:
    """Records x0.. whose put runs Python, as the peers do."""
    return "".join(f'record(ao,"x:{i}") {{ field(DTYP,"pydev") field(OUT,"@VAL*2") }}\n' for i in range(count))


def pydev_chain(count: int) -> str:
    """Records x:0.. whose code runs one after the other."""
    links = [f'field(FLNK,"x:{i + 1}")' for i in range(count - 1)] + [""]
    return "".join(
        f'record(ao,"x:{i}") {{ field(DTYP,"pydev") field(OUT,"@VAL*2") {link} }}\n' for i, link in enumerate(links)
    )


def floor(starter: Starter, count: int, period: float = 0.0) -> ServerProcess:
    return starter.command(sys.executable, SERVERS / "floor.py", str(count), str(period))


def softioc(starter: Starter, count: int) -> ServerProcess | None:
    """pythonSoftIOC, or None when it is not installed."""
    if find_spec("softioc") is None:
        return None
    return starter.command(sys.executable, SERVERS / "softioc_server.py", str(count))


PUT_PEERS: dict[str, Callable[[Starter, int], ServerProcess | None]] = {
    "floor": floor,
    "pydevpva": lambda starter, count: starter.pydevpva(db=pydev_outputs(count)),
    "softioc": softioc,
}
