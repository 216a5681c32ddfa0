"""IocUnderTest: the fixture `ioc`. Its methods belong to the test's thread, and may wait for the IOC's."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydevpva.errors import NotFound, PydevpvaError
from pydevpva.ioc import Ioc
from pydevpva.records.core.alarm import CONDITIONS, SEVERITIES
from pydevpva.testing.history import History, Update, value_of
from pydevpva.testing.logged import Logged
from pydevpva.testing.loopback import loopback
from pydevpva.testing.ordered_clock import OrderedClock
from pydevpva.testing.user_time import user_time

if TYPE_CHECKING:
    from pydevpva.testing.served import Served

T = TypeVar("T")
PATIENCE = 5.0  # seconds of real time for a put to be over
ENDING = 1.0  # seconds of real time for threads to end, that would keep Python from ending
ENDING_DAEMONS = 0.1  # for the others
THREADS = "PYDEV_NUM_THREADS"


class Alarm(NamedTuple):
    """SEVR, STAT and AMSG as text."""

    severity: str
    status: str
    message: str


class IocUnderTest:
    """A new IOC in this process, without a network; its clock stands still until `advance` or a put's end moves it.

    Errors are PydevpvaErrors: LoadError, NotFound, PutError.
    """

    def __init__(self, folder: Path) -> None:
        self.clock = OrderedClock()
        self.ioc = Ioc(serve=False, clock=self.clock)
        self.ioc.environment.update(loopback())  # links to other IOCs find none
        self._folder = folder
        self._logged = Logged()
        self._history = History(self.ioc.database)
        self._stack = ExitStack()
        self._before = set(threading.enumerate())
        self.ioc.life.at("initialized", self._history.begin)
        logging.getLogger("pydevpva").addHandler(self._logged)

    # ---- before start ----

    def load(self, file: str | Path, **macros: object) -> None:
        """dbLoadRecords, or dbLoadTemplate for .substitutions and .template files' lists; beside the test first."""
        beside = self._folder / file
        path = str(beside if beside.exists() else file)
        given = {name: str(value) for name, value in macros.items()}
        if path.endswith((".substitutions", ".subs")):
            self.ioc.load_template(path, given)
        else:
            self.ioc.load_records(path, given)

    def text(self, records: str, **macros: object) -> None:
        """The records of a text in the .db language."""
        self.ioc.load_text(records, {name: str(value) for name, value in macros.items()})

    def python(self, code: str) -> Any:
        """As pydev("..."), before or after start: runs here, in the namespace of the links; an expression's value."""
        return self.ioc.run_python(code)

    def threads(self, count: int, seed: int) -> None:
        """Let links' code overtake other code as it may with `count` evaluator threads; the seed decides when."""
        self._before_start("ioc.threads")
        if count < 1:
            raise PydevpvaError(f"ioc.threads: {count} is no number of threads; 1 or more")
        self.clock.overtake(count, seed)

    def user_time(self) -> None:
        """time.time, time_ns, monotonic and sleep of users' code go by the IOC's clock from now on."""
        self._stack.enter_context(user_time(self.clock, self._slept))

    def served(self) -> Served:
        """Start, and serve on loopback: a p4p client, and the variables for others. Its puts go at once, as ever."""
        self._before_start("ioc.served")
        from pydevpva.testing.served import serve

        self.ioc.servers.protocols |= {"pva", "ca"}
        self.start()
        return self._stack.enter_context(serve(self.ioc.environment))

    def start(self) -> None:
        """iocInit; returns when what it has set off is done."""
        with _one_evaluator_thread():
            self.ioc.init()
        self.advance(0)

    # ---- while it runs ----

    def put(self, name: str, value: object, wait: bool = True, timeout: float = PATIENCE) -> None:
        """As a client's put; with `wait` until all is over that it set off. PutError, NotFound.

        TimeoutError after `timeout` seconds of real time: what waits for time to go on needs wait=False and `advance`.
        """
        self._call(self.ioc.database.find, name)  # NotFound here: it is looked for nowhere else
        try:
            self.ioc.records.write(name, value, wait, timeout)
        except TimeoutError:
            raise TimeoutError(
                f"{name}: the put is not over after {timeout:g} s. If it waits for time to go on, which stands still:"
                f" ioc.put({name!r}, ..., wait=False) and ioc.advance(seconds)"
            ) from None
        self.advance(0)

    def get(self, name: str) -> Any:
        """A field's value; choices and states are text, arrays are lists. NotFound."""
        return self._call(lambda: value_of(self.ioc.database.find(name)))

    def advance(self, seconds: float) -> None:
        """Let so many seconds go by, in no time: scans, delays and all that they set off.

        TimeoutError: users' code did not end within a minute of real time.
        """
        self._running("ioc.advance")
        self.clock.advance(seconds)

    def history(self, name: str) -> list[Update]:
        """The updates of a record's VAL since the start, the oldest first: (seconds, value, severity)."""
        if self._call(self.ioc.database.find, name).field.name != "VAL":
            raise NotFound(f"ioc.history({name!r}): of a record's VAL alone")
        return self._call(self._history.of, name)

    def alarms(self) -> dict[str, Alarm]:
        """The records that are in alarm now, those that have never been processed (UDF) among them."""
        return self._call(self._alarms)

    @property
    def log(self) -> list[str]:
        """What the IOC has logged since the test began, an entry each."""
        return list(self._logged.entries)

    def expect(self, text: str) -> None:
        """An error with this text is meant to be logged; the test fails when none is."""
        self._logged.expect(text)

    # ---- the end ----

    def stop(self) -> list[str]:
        """End it; what the test must fail for."""
        self.clock.close()
        try:
            self.ioc.stop()
        finally:
            self._stack.close()
            logging.getLogger("pydevpva").removeHandler(self._logged)
        complaints = self._logged.complaints()
        if left := self.left_threads(daemons=False):
            complaints.append(f"threads that the test has left running: {', '.join(left)}")
        return complaints

    def left_threads(self, daemons: bool) -> list[str]:
        """The names of threads that the test has begun and that do not end: those that are daemons, or the others."""
        end = monotonic() + (ENDING_DAEMONS if daemons else ENDING)
        while left := [t for t in threading.enumerate() if t not in self._before and t.daemon == daemons]:
            if (patience := end - monotonic()) <= 0:
                break
            left[0].join(min(patience, 0.05))
        return sorted(thread.name for thread in left)

    def _alarms(self) -> dict[str, Alarm]:
        return {
            name: Alarm(SEVERITIES[record.SEVR], CONDITIONS[record.STAT], record.AMSG)
            for name, record in self.ioc.database.records.items()
            if record.SEVR
        }

    def _slept(self, seconds: float) -> None:
        """The test's own thread sleeps: before the start it is no time."""
        if self.ioc.state == "running":
            self.clock.advance(seconds)

    def _call(self, work: Callable[..., T], *args: object) -> T:
        self._running("this")
        return self.ioc.database.loop.call(work, *args)

    def _running(self, what: str) -> None:
        if self.ioc.state not in ("running", "paused"):
            raise PydevpvaError(f"{what} needs a running IOC: ioc.start() comes first")

    def _before_start(self, what: str) -> None:
        if self.ioc.state != "new":
            raise PydevpvaError(f"{what}: not possible after ioc.start()")


@contextmanager
def _one_evaluator_thread() -> Iterator[None]:
    """However many the site's environment asks for: only then is the order the same in each run."""
    before = os.environ.pop(THREADS, None)
    try:
        yield
    finally:
        if before is not None:
            os.environ[THREADS] = before
