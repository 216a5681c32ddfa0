"""The `pydev` that user code sees: a builtin and an importable module. Its functions may be called on any thread."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections.abc import Callable
from typing import Any

from pydevpva.errors import Stopped
from pydevpva.evaluator.events import Events
from pydevpva.evaluator.handles import Handle, Records
from pydevpva.evaluator.later import Later
from pydevpva.evaluator.moments import Moments
from pydevpva.evaluator.program import Function, program
from pydevpva.evaluator.subroutines import Subroutines
from pydevpva.evaluator.workers.pool import Processes, importable

NOT_GIVEN = object()
PUBLIC = (  # what help(pydev) shows
    "NDArray", "Program", "at_exit", "at_running", "at_start", "cancel", "in_process", "iointr", "loop", "overruns",
    "record", "start",
    "subroutine",
)  # fmt: skip


class _Served:
    """Whose events, subroutines, records and the rest a `pydev` speaks for."""

    __slots__ = ("events", "later", "moments", "processes", "records", "subroutines")

    def __init__(self, events: Events, subroutines: Subroutines, later: Later, processes: Processes) -> None:
        self.events, self.subroutines, self.later, self.processes = events, subroutines, later, processes
        self.moments = Moments()
        self.records: Records | None = None


# Python has one `pydev` for the whole process, and users' modules keep the one that they have imported.
# Of all that had stopped when the newest IOC was made: that IOC's
_next = _Served(Events(), Subroutines({}), Later(), Processes())
_stopped: list[Pydev] = []  # since then


class Pydev(types.ModuleType):
    """The module `pydev` inside an IOC; outside, the top-level pydev.py stands in for it."""

    __all__ = PUBLIC

    def __init__(
        self,
        events: Events,
        subroutines: Subroutines | None = None,
        later: Later | None = None,
        processes: Processes | None = None,
    ) -> None:
        super().__init__("pydev", "Exchanges values between Python code and records.")
        self._for = _Served(events, subroutines or Subroutines({}), later or Later(), processes or Processes())
        self._before: object = None
        self._offered: dict[str, Callable[[], object]] = {}

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *PUBLIC})

    def offer(self, name: str, make: Callable[[], object]) -> None:
        """Let user code find pydev.<name>: what make() gives the first time it is asked for."""
        self._offered[name] = make

    def __getattr__(self, name: str) -> object:
        if name == "loop":
            return self._for.later.loop
        offered = vars(self).get("_offered", {})
        if name not in offered:
            raise AttributeError(f"module 'pydev' has no attribute {name!r}")
        value = offered[name]()
        setattr(self, name, value)
        return value

    def iointr(self, name: str, value: object = NOT_GIVEN) -> object:
        """Publish `value` to the records whose link is pydev.iointr('name'), and return True.

        Without a value: return what was last published under that name, or None.
        """
        if value is NOT_GIVEN:
            return self._for.events.last(name)
        return self._for.events.publish(name, value)

    def start(self, coroutine: object, name: str | None = None) -> None:
        """Run a coroutine beside the records, on the asyncio loop `pydev.loop`, until it ends or the IOC does.

        Its name, else the coroutine's, is shown by pydevShow; pydev.cancel(name) ends it.
        """
        self._for.later.start(coroutine, name)

    def cancel(self, name: str) -> bool:
        """Cancel what the code of a record waits for, or the task of that name; False when nothing is under way.

        Plain code that is being run cannot be cancelled: an error says so.
        """
        return self._for.later.cancel(name)

    def in_process(self, function: Any) -> Any:
        """Decorator of a function of an importable module: called from a link, it runs in a worker process.

        The call gives a future: the record completes with it, and coroutines may await it. Arguments and results are
        pickled, arrays go by shared memory.
        """
        module, name = importable(function)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> object:
            return self._for.processes.submit(module, name, args, kwargs)

        return call

    def Program(self, name: str, function: Function | None = None) -> Any:
        """@pydev.Program("scan") before `async def scan(program, ...)`: it is started, paused and aborted by records.

        scan.start(), scan.pause(), scan.resume(), scan.abort(); in it `await program.step("move to 3")`.
        """
        return program(name, function, lambda: self)

    def record(self, name: str) -> Handle:
        """The record of that name, of this IOC or another: .get(), .put(3), .value, .subscribe(...); see Handle.

        It need not be there yet: it is looked for whenever it is used.
        """
        return Handle(name, self._records)

    def _records(self) -> Records:
        if (records := self._for.records) is None:
            raise Stopped("there is no IOC: records are there after iocInit")
        return records

    def cancel_once(self, task: Any) -> None:
        """For programs: as Later."""
        self._for.later.cancel_once(task)

    def let_go(self, name: str) -> None:
        """A program's task is about to end."""
        self._for.later.let_go(name)

    def serve_records(self, records: Records) -> None:
        """What `record` reads and writes through, from now on."""
        self._for.records = records
        if _next.events is self._for.events:
            _next.records = records

    def subroutine(self, name: object = None) -> Any:
        """Decorator: @pydev.subroutine or @pydev.subroutine("name") lets SNAM and INAM of records name the function."""
        if callable(name):
            return self._register(getattr(name, "__name__", ""), name)
        return lambda function: self._register(str(name or function.__name__), function)

    def _register(self, name: str, function: Any) -> Any:
        self._for.subroutines.registered[name] = function
        return function

    @property
    def moments(self) -> Moments:
        """What user code has given for the beginning and the end."""
        return self._for.moments

    def at_start(self, function: Any = None, *, seconds: float | None = None) -> Any:
        """Decorator: call the function when iocInit begins, before the records are made; iocInit waits for it.

        It has 10 s, or @pydev.at_start(seconds=30): one that takes longer is told and left to itself.
        """
        return self._at("at_start", function, seconds, _module_of(sys._getframe(1)))

    def at_running(self, function: Any = None, *, seconds: float | None = None) -> Any:
        """Decorator: call the function when iocInit is through, on a thread of its own; nothing waits for it.

        It has 10 s, or @pydev.at_running(seconds=30): then it is told and left to itself, and the next one is called.
        """
        return self._at("at_running", function, seconds, _module_of(sys._getframe(1)))

    def at_exit(self, function: Any = None, *, seconds: float | None = None) -> Any:
        """Decorator: call the function when the IOC ends, the last given first: it leaves hardware safe.

        That is at exit, SIGTERM, Ctrl-C and the end of stdin; clients write no more and no record runs code then. It
        has 2 s, or @pydev.at_exit(seconds=5): one that takes longer is told and left to itself.
        """
        return self._at("at_exit", function, seconds, _module_of(sys._getframe(1)))

    def _at(self, moment: str, function: Any, seconds: float | None, module: str) -> Any:
        if function is None:
            return lambda given: self._at(moment, given, seconds, module)
        self._for.moments.add(moment, function, seconds, module)
        return function

    def install(self) -> None:
        """Make this the builtin `pydev`, and what `import pydev` gives, even where a user has a pydev.py."""
        before = sys.modules.get("pydev")
        self._before = before._before if isinstance(before, Pydev) else before  # of two IOCs at once, too: the stand-in
        self._take_over()
        sys.modules["pydev"] = self
        builtins.pydev = self  # type: ignore[attr-defined]

    def _take_over(self) -> None:
        """Modules that were imported before this IOC was made are its users too: they hold the stand-in for `pydev`, or
        that of an IOC that has stopped."""
        served = self._for
        for stopped in _stopped:
            served.moments.adopt(stopped._for.moments)
            served.subroutines.earlier |= stopped._for.subroutines.earlier | stopped._for.subroutines.registered
            stopped._for = _next
        _stopped.clear()
        served.subroutines.earlier |= _next.subroutines.earlier | _next.subroutines.registered
        served.moments.adopt(_next.moments)
        _next.events, _next.subroutines, _next.moments = served.events, served.subroutines, served.moments
        _next.later, _next.processes = served.later, served.processes
        _next.records = served.records
        hand_over = vars(self._before).get("_hand_over") if isinstance(self._before, types.ModuleType) else None
        if callable(hand_over):
            published, subroutines, moments = hand_over()
            served.subroutines.earlier |= subroutines
            for moment, function, seconds in moments:
                served.moments.add(moment, function, seconds)
            for name, value in published.items():
                served.events.publish(name, value)

    def uninstall(self) -> None:
        """Undo `install`, unless another IOC has put its own in the place since."""
        if self not in _stopped and self._for is not _next:
            _stopped.append(self)
        if getattr(builtins, "pydev", None) is self:
            del builtins.pydev  # type: ignore[attr-defined]
        if sys.modules.get("pydev") is self:
            del sys.modules["pydev"]
            if isinstance(self._before, types.ModuleType):
                sys.modules["pydev"] = self._before


def _module_of(frame: types.FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def keep_terminal() -> None:
    """What is typed belongs to the IOC's shell: input() is refused. exit() and quit() of Python's `site` would close
    stdin, and with it the prompt: they become sys.exit. For a process that is an IOC, not for one that holds one."""
    for leave in ("exit", "quit"):
        setattr(builtins, leave, sys.exit)
    builtins.input = _no_input


def _no_input(prompt: object = "", /) -> str:
    raise EOFError("there is no terminal for input(): what is typed belongs to the IOC shell; use a record instead")
