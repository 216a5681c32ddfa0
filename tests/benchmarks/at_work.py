"""Who works for what is measured: processor time of each thread of a server, and how often it had to be woken.

What a figure beside the floor's is made of; Linux only, as it is told there for each thread.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.ioc_process import ServerProcess

LITTLE = 1.0  # us of each: threads below are not told


class AtWork:
    """From its making to `each`."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._before = _now(server)

    def each(self, count: float) -> str:
        """What the threads did for each of so many: "database 40 us in 1.2 wakings, ..."."""
        nanoseconds, wakings = _now(self._server)
        nanoseconds.subtract(self._before[0])
        wakings.subtract(self._before[1])
        return ", ".join(
            f"{name} {spent / count / 1e3:.0f} us in {wakings[name] / count:.2g} wakings"
            for name, spent in nanoseconds.most_common()
            if spent / count / 1e3 >= LITTLE
        )


def _now(server: ServerProcess) -> tuple[Counter[str], Counter[str]]:
    nanoseconds, wakings = Counter[str](), Counter[str]()
    for task in Path(f"/proc/{server.process.pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ends meanwhile
            name = (task / "comm").read_text().strip()
            nanoseconds[name] += int((task / "schedstat").read_text().split()[0])
            wakings[name] += int((task / "status").read_text().split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return nanoseconds, wakings
