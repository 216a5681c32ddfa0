"""Counts what one datum passes on its way through the house: calls of Python functions, files, changes of room.

python -m tests.journeys.count [-v]: the journeys of a put with block to a record with DTYP pydev, of such a put to a
group of two members, of a value of pydev.iointr, and of an update that a monitor gets, each in an IOC of this process
with a client of its own. The least of many runs is printed: what happens besides (a timer) is not the datum's.
Needs Python 3.12 or newer, which can watch all threads.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import pydevpva
from pydevpva.ioc import Ioc
from tests.clients import Watch, p4p_context
from tests.ioc_process import PATIENCE, loopback

HOUSE = str(Path(pydevpva.__file__).parent) + "/"
RUNS = 150  # threads that run at once give a group's put more changes of room in most of them
DB = """
record(ao, "J:ao")  { field(DTYP, "pydev") field(OUT, "@pydev_done(VAL)")
    info(Q:group, {"J:group": {"a": {"+channel": "VAL", "+putorder": 1}}}) }
record(ao, "J:ao2") { field(DTYP, "pydev") field(OUT, "@pydev_done(VAL)")
    info(Q:group, {"J:group": {"b": {"+channel": "VAL", "+putorder": 2}}}) }
record(longin, "J:event") { field(DTYP, "pydev") field(INP, "@pydev.iointr('j')") field(SCAN, "I/O Intr") }
record(longin, "J:soft") { }
"""


@dataclass(frozen=True, slots=True)
class Journey:
    """What one datum passed: functions of this package in order, as ("engine/put.py", "Put.start")."""

    steps: tuple[tuple[str, str], ...]

    @property
    def calls(self) -> int:
        return len(self.steps)

    @property
    def files(self) -> int:
        return len({file for file, _ in self.steps})

    @property
    def changes(self) -> int:
        """How often the next function is of another room (a folder or file directly below pydevpva)."""
        rooms = [file.partition("/")[0] for file, _ in self.steps]
        return sum(one != other for one, other in itertools.pairwise(rooms))


class Watcher:
    """Notes each call of a function of this package, on whatever thread."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []
        tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events.PY_START
        sys.monitoring.use_tool_id(tool, "journeys")
        sys.monitoring.register_callback(tool, events, self._start)
        sys.monitoring.set_events(tool, events)

    def _start(self, code: CodeType, _offset: int) -> object:
        if not code.co_filename.startswith(HOUSE):
            return sys.monitoring.DISABLE
        self.steps.append((code.co_filename[len(HOUSE) :], code.co_qualname))
        return None

    def close(self) -> None:
        sys.monitoring.set_events(sys.monitoring.PROFILER_ID, 0)
        sys.monitoring.free_tool_id(sys.monitoring.PROFILER_ID)


class House:
    """An IOC with the records of DB and a client of it."""

    def __init__(self, ioc: Ioc, client: Any) -> None:
        self.ioc, self.client = ioc, client
        self.database = ioc.database

    def quiet(self) -> None:
        """Return when the database thread has done all that was asked of it."""
        self.database.loop.call(lambda: None, timeout=PATIENCE)
        self.database.loop.call(lambda: None, timeout=PATIENCE)

    def put(self, name: str, leaves: dict[str, object]) -> None:
        self.client.put(name, leaves, get=False, request="record[block=true]", timeout=PATIENCE)

    def count(self, work: Callable[[int], object]) -> Journey:
        """The shortest journey of work(n), n another number each time."""
        found: list[Journey] = []
        for n in range(RUNS + 2):
            self.quiet()
            watcher = Watcher()
            try:
                work(n)
                self.quiet()
            finally:
                watcher.close()
            steps = [step for step in watcher.steps if step[1] != "House" and not _asked_for_quiet(step)]
            found.append(Journey(tuple(steps)))
        return min(found[2:], key=lambda journey: (journey.calls, journey.changes))


def _asked_for_quiet(step: tuple[str, str]) -> bool:
    """The loop's own turning, and `quiet`, are nobody's journey; nor are queues: `Loop.add` is a put, `take` a get."""
    return step[0] in ("timers.py", "queues.py") or (step[0] == "loop.py" and step[1] in (
        "Loop.call", "Loop.add", "Loop._settle", "Loop.end_pass", "Loop._run_queued", "Loop._patience",
        "Loop._run_due_timers", "Loop._run_next", "Loop._wait", "_wake",
    ))  # fmt: skip


def journeys() -> dict[str, Journey]:
    """All four, by what travels."""
    with tempfile.TemporaryDirectory() as folder:
        ioc = Ioc()
        ioc.environment.update(loopback())
        done = threading.Event()

        def pydev_done(value: object) -> object:
            done.set()
            return value

        ioc.evaluator.namespace["pydev_done"] = pydev_done
        (Path(folder) / "j.db").write_text(DB)
        ioc.load_records(f"{folder}/j.db")
        ioc.init()
        try:
            with p4p_context(ioc.environment) as client:
                return _all(House(ioc, client))
        finally:
            ioc.stop()


def _all(house: House) -> dict[str, Journey]:
    database, pydev = house.database, house.ioc.evaluator.pydev
    for name in ("J:ao", "J:ao2"):
        house.client.get(name, timeout=PATIENCE)
    found = {}
    watch = Watch(house.client, "J:ao")
    watch.next()
    found["put"] = house.count(lambda n: house.put("J:ao", {"value": float(n)}))
    watch.close()
    watch = Watch(house.client, "J:group")
    watch.next()
    found["group put"] = house.count(lambda n: house.put("J:group", {"a.value": float(n), "b.value": float(n)}))
    watch.close()
    found["iointr"] = house.count(lambda n: pydev.iointr("j", n) and None)
    soft = database.records["J:soft"]
    watch = Watch(house.client, "J:soft")
    watch.next()

    def post(n: int) -> None:
        soft.VAL = n + 1
        soft.TIME = 10**18 + n
        house.database.loop.call(soft.post, 1, timeout=PATIENCE)

    found["monitor post"] = house.count(post)
    watch.close()
    return found


def main() -> None:
    for name, journey in journeys().items():
        print(f"{name}: {journey.calls} calls, {journey.files} files, {journey.changes} changes of room")
        if "-v" in sys.argv:
            for file, function in journey.steps:
                print(f"    {file:30} {function}")


if __name__ == "__main__":
    main()
