"""The figures that records of DTYP "IOC stats" show, read on a thread of their own while somebody wants them.

Each figure has a name and a group; a group is read once in its period, as iocStats does (devIocStatsAnalog.c). Database
thread, but for what says otherwise.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from pydevpva.background import Background, Run
from pydevpva.loop import Loop

Value = float | str
Source = Callable[[], Value]
log = logging.getLogger(__name__)

ONCE, LIVE = "once", "live"  # read at iocInit; asked for each time, on the database thread
PERIODS = {"memory": 10.0, "cpu": 20.0, "fd": 10.0, "ca": 15.0, "queue": 1.0, "pydevpva": 1.0}  # seconds
OWN_EVENT = "IOC: "  # what the I/O Intr event of a group begins with
LAST_SECONDS = 0.1  # for what is being read at the end
FIRST_PATIENCE = 2.0  # seconds that iocInit waits for the first values


class CannotTell(Exception):
    """Why there is no such figure here, in 39 characters."""


class Statistics:
    """One for each IOC. `post` has an I/O Intr event's records processed."""

    def __init__(self, loop: Loop) -> None:
        self.periods = dict(PERIODS)
        self.post: Callable[[str], object] = _nobody
        self._loop = loop
        self._began = loop.clock()
        self._sources: dict[str, tuple[str, Source]] = {"up_time": (LIVE, self._up_time), "up_seconds": (LIVE, self.up)}
        self._values: dict[str, Value | CannotTell] = {}
        self._wanted: dict[str, set[str]] = {}  # names by group
        self._under_way: set[str] = set()
        self._thread = Background("iocstats")
        self.run: Run = self._thread.run

    # ---- before iocInit; main thread ----

    def offer(self, group: str, sources: Mapping[str, Source]) -> None:
        """These figures can be had. A source is called on the thread of this module, that of a LIVE one on the
        database thread; one that cannot tell raises CannotTell."""
        for name, source in sources.items():
            self._sources[name] = group, source

    def through(self, counted: Callable[[Run], Run]) -> None:
        """For tests: tell their clock of figures that are being read."""
        self.run = counted(self._thread.run)

    # ---- what devices ask ----

    def names(self) -> Iterable[str]:
        """All figures that can be had."""
        return self._sources

    def want(self, name: str) -> str | None:
        """A record shows this figure: the name of its group, or None when there is no such figure."""
        if name not in self._sources:
            return None
        group = self._sources[name][0]
        self._wanted.setdefault(group, set()).add(name)
        return group

    def is_wanted(self, name: str) -> bool:
        """Whether a record shows it."""
        return name in self._wanted.get(self._sources[name][0], ())

    def value(self, name: str) -> Value:
        """The figure, as it was last read. Raises CannotTell."""
        group, source = self._sources[name]
        found = source() if group == LIVE else self._values.get(name)
        if found is None:
            raise CannotTell("has not been read yet")
        if isinstance(found, CannotTell):
            raise found
        return found

    def up(self) -> float:
        """Seconds since this IOC was made."""
        return self._loop.clock() - self._began

    def _up_time(self) -> str:
        """As "2 days, 03:04:05"."""
        seconds = int(self.up())
        days, rest = divmod(seconds, 86400)
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
        return clock if days == 0 else f"1 day, {clock}" if days == 1 else f"{days} days, {clock}"

    # ---- its life ----

    def begin(self) -> None:
        """No record has been processed: read all that is wanted for the first time. Nobody is served yet."""
        names = [name for group, some in self._wanted.items() if group != LIVE for name in some]
        if not names:
            return
        self._thread.start()
        there = threading.Event()

        def first(values: Mapping[str, Value | CannotTell], _: BaseException | None) -> None:
            self._values.update(values)
            there.set()

        self._thread.run(self._read, (names,), first)
        there.wait(FIRST_PATIENCE)

    def start(self) -> None:
        """The IOC runs: each group begins to tick."""
        for group in self._wanted:
            if group in self.periods:
                self._tick(group)

    def stop(self) -> None:
        """Main thread."""
        self._thread.stop(LAST_SECONDS)

    def _tick(self, group: str) -> None:
        if group not in self._under_way:
            self._under_way.add(group)
            self.run(self._read, (self._wanted[group],), partial(self._loop_take, group))
        self._loop.after(self.periods[group], self._tick, group)

    # ---- the thread of this module ----

    def _read(self, names: Iterable[str]) -> dict[str, Value | CannotTell]:
        return {name: self._read_one(name) for name in list(names)}

    def _read_one(self, name: str) -> Value | CannotTell:
        try:
            return self._sources[name][1]()
        except CannotTell as error:
            return error
        except Exception as error:  # /proc that is not to be read: said in the record's alarm
            return CannotTell(f"{type(error).__name__}: {error}")

    def _loop_take(self, group: str, values: dict[str, Value | CannotTell], _: BaseException | None) -> None:
        self._loop.submit(self._take, group, values)

    # ---- database thread ----

    def _take(self, group: str, values: dict[str, Value | CannotTell]) -> None:
        self._under_way.discard(group)
        self._values.update(values)
        self.post(OWN_EVENT + group)


def _nobody(event: str) -> None:
    pass
