"""Shell: runs iocsh lines from scripts, from one string, or from a console (iocshBody in iocsh.cpp).

On any thread: each console has a Shell of its own.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TextIO, TypeVar

from pydevpva.db.macros import parse_macros
from pydevpva.engine.breakpoints import Breakpoints
from pydevpva.errors import PydevpvaError, Stopped
from pydevpva.evaluator.python_path import set_python_path
from pydevpva.forks import ParentOnly
from pydevpva.ioc import Ioc
from pydevpva.shell.language import registry, unknown
from pydevpva.shell.language.failed_lines import Failures
from pydevpva.shell.language.iocsh import LanguageError, Line, Redirect, expand, logical_lines, split
from pydevpva.shell.language.scope import GivenLine, Scope
from pydevpva.shell.process.enduring_streams import reason
from pydevpva.shell.process.envpaths import boot_place
from pydevpva.shell.process.log import Log
from pydevpva.shell.process.log_server import LogServer
from pydevpva.shell.process.printing import BLUE, BOLD, RED, CannotOpen, CannotWrite, Output

T = TypeVar("T")
log = logging.getLogger(__name__)
STEP = 0.002
DATABASE_PATIENCE = 10.0  # seconds a command waits for the database thread
FAILED = -1
NO_FILES: Mapping[int, TextIO] = {}


class Halted(Exception):
    """`on error halt` stopped the script: the shell ends, what is loaded goes on."""


@dataclass(slots=True)
class Common:
    """What all consoles of one IOC share."""

    variables: dict[str, int | float] = field(default_factory=dict)  # set by `var`
    access_path: str = ""
    access_macros: str = ""
    after_init: list[GivenLine] = field(default_factory=list)  # lines for when iocInit is through
    init_failed: bool = False  # iocInit has been run, and the IOC was not made
    started: float = field(default_factory=time.time)
    loading: threading.RLock = field(default_factory=threading.RLock)  # one command at a time before iocInit
    log: Log = field(default_factory=Log)
    log_server: LogServer = field(default_factory=LogServer)
    references: dict[str, int] = field(default_factory=dict)  # what pvxrefsave has counted
    breakpoints: Breakpoints | None = None  # once one is set


class Shell(Output):
    """The iocsh interpreter. One for each console; scripts called from scripts share it."""

    def __init__(self, ioc: Ioc, common: Common | None = None) -> None:
        super().__init__()
        self.ioc = ioc
        self.common = common or Common()
        self.scopes: list[Scope] = []
        self.failures = Failures()
        self.attended = False  # somebody is there to press Ctrl-C
        self.enter_python: Callable[[], object] | None = None  # at a line editor: a Python prompt after this command

    @property
    def scope(self) -> Scope:
        """What is being run now; outside of a run an empty place."""
        return self.scopes[-1] if self.scopes else Scope()

    @property
    def place(self) -> str:
        """ "st.cmd line 5", or "" when lines come from a console or a string."""
        return self.scope.place

    def run_script(self, path: str, macros: str = "") -> int:
        """Run a file of iocsh lines (iocshLoad). 0, or -1 when it does not open or `on error break` ended it."""
        if self.scopes and not any(scope.path for scope in self.scopes):
            return self._run_for_console(path, macros)
        return self._run_file(path, macros)

    def _run_for_console(self, path: str, macros: str) -> int:
        """A script that a line of a console runs: what it prints of failures begins anew, and ends with it."""
        before, self.failures = self.failures, Failures()
        try:
            return self._run_file(path, macros)
        finally:
            if self.failures.untold:
                for text in self.failures.summary(running=False):
                    self.complain(text)
            self.failures = before

    def _run_file(self, path: str, macros: str) -> int:
        if not self.scopes:
            os.environ["IOCSH_STARTUP_SCRIPT"] = path
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                lines = file.read().splitlines()
        except OSError as error:
            self.complain(self.colour(f"Can't open {path}: {error.strerror}", RED, self.err))
            return FAILED
        folder = os.path.dirname(os.path.abspath(path))
        return self._run(Scope(path=path, macros=macros, folder=folder), logical_lines(lines))

    def run_text(self, text: str, macros: str = "", given_at: str = "") -> int:
        """Run one line (iocshRun, iocshCmd): an error ends it with -1. `given_at`: the place that errors tell."""
        return self._run(Scope(macros=macros, on_error="break", given_at=given_at), [(1, text)])

    def run_line(self, text: str) -> bool:
        """Run one line as if typed; whether it failed."""
        scope = Scope(interactive=True)
        self._run(scope, logical_lines(text.splitlines()))
        return scope.errored

    def run_console(self, lines: Iterable[str]) -> None:
        """Run lines as they come from a console, until they end or `exit`."""
        self._run(Scope(interactive=True), logical_lines(lines, blank_ends=True))

    def _run(self, scope: Scope, lines: Iterable[tuple[int, str]]) -> int:
        scope.values = parse_macros(scope.macros) if scope.macros else {}
        self.scopes.append(scope)
        try:
            return self._body(scope, iter(lines))
        finally:
            self.scopes.pop()
            self.out.flush()

    def _body(self, scope: Scope, lines: Iterator[tuple[int, str]]) -> int:
        status = 0
        while True:
            if scope.errored and not scope.interactive and scope.on_error != "continue":
                status = FAILED
                if scope.on_error == "break":
                    self.complain("iocsh Error: Break")
                    return status
                self._halt(scope.delay)
            scope.line, text = next(lines, (0, None))
            if text is None:
                return status
            line = self._read(scope, text)
            if line is None:
                continue
            if line.words[:1] == ["exit"]:
                return status
            try:
                with self.interruptible() if scope.interactive else nullcontext():
                    scope.errored = self._execute(scope, line)
                if scope.errored:
                    self._note_failed(scope)
            except KeyboardInterrupt:
                if not scope.interactive:
                    raise
                self.complain("interrupted")

    def interruptible(self) -> AbstractContextManager[object]:
        """A command runs inside; an attached console lets Ctrl-C end it."""
        return nullcontext()

    def _halt(self, delay: float) -> None:
        if delay <= 0 or delay == float("inf"):
            self.complain("iocsh Error: Halt")
            raise Halted
        self.complain(f"iocsh Error: Waiting {delay:.1f} sec ...")
        time.sleep(delay)

    def _read(self, scope: Scope, text: str) -> Line | None:
        """Echo and split one line; None when there is nothing to run. Comments are echoed, "#-" is not."""
        if text.lstrip().startswith("#"):
            if scope.path and not text.lstrip().startswith("#-"):
                self.print(self.colour(text, BLUE, self.out))
            return None
        try:
            text = expand(text, self.macros())
            if scope.path and text and not text.lstrip().startswith("#-"):
                self.print(self.colour(text, BOLD, self.out))
            if not text.strip() or text.lstrip().startswith("#"):
                return None
            line = split(text)
        except LanguageError as error:
            if str(error).startswith("macLib"):
                self._undefined(text, error)
            else:
                self.error(str(error))
            scope.errored = True
            self._note_failed(scope)
            return None
        return line if line.words or line.redirects else None

    def _note_failed(self, scope: Scope) -> None:
        if scope.path:
            self.failures.note(scope.path, scope.line)

    def is_news(self, cause: str) -> bool:
        """Whether to tell what is wrong: in a script each cause is told once, at a console each time."""
        scope = self.scope
        return not scope.path or self.failures.is_news(scope.path, scope.line, cause)

    def _undefined(self, text: str, error: LanguageError) -> None:
        name = str(error).split()[2]
        if not self.is_news(f"macro {name}"):
            return
        if meant := unknown.meant(text):
            self.complain(f"{error}; line skipped{meant}")
            return
        where = f" ({self.place})" if self.place else ""
        self.complain(f"{error}; line not run{where}: {unknown.macro(name)}")

    def macros(self) -> dict[str, str]:
        """All that $(NAME) may stand for here: the environment, and on top of it the macros of each script."""
        found = dict(os.environ)
        for scope in self.scopes:
            found.update(scope.values)
        return found

    def forget_macro(self, name: str) -> None:
        """A new environment value hides a script's macro of that name (iocshEnvClear)."""
        for scope in self.scopes:
            scope.values.pop(name, None)

    def _execute(self, scope: Scope, line: Line) -> bool:
        """Run a split line; whether it failed."""
        try:
            if not line.words and 0 in line.redirects:
                return self._include(scope, line.redirects.pop(0), line)
            with self.opened(line.redirects) as files:
                return bool(line.words) and self.call(line.words, files)
        except CannotWrite as error:
            self.error(str(error))
            return True
        except CannotOpen as error:
            self.error(str(error))
            self._note_failed(scope)
            return scope.errored

    def _include(self, scope: Scope, script: Redirect, line: Line) -> bool:
        if os.path.basename(script.path) in ("envPaths", "cdCommands") and not os.path.exists(script.path):
            self._stand_in_for_env_paths(script.path)
            return False
        with self.opened(line.redirects) as files, self.printing_to(files):
            return self.run_script(script.path, scope.macros) != 0

    def _stand_in_for_env_paths(self, path: str) -> None:
        """envPaths is written by `make`; without it, TOP and IOC follow from where the script is."""
        script = next((scope.path for scope in reversed(self.scopes) if scope.path), "")
        place = boot_place(script)
        for name, value in place.items():
            self.set_environment(name, value)
        values = ", ".join(f"{name}={value}" for name, value in place.items())
        self.warn(f"{path} is not there (make would have written it): using {values}")

    def call(self, words: Sequence[str], files: Mapping[int, TextIO] = NO_FILES) -> bool:
        """Run a command from its words; whether it failed. Errors are printed, never raised.

        Only what the command itself prints goes to the files.
        """
        command = registry.find(words[0])
        if command is None:
            self._tell_unknown(words[0])
            return True
        try:
            values = command.bind(words[1:])
        except registry.ArgumentError as error:
            self.error(str(error), f"Usage: {registry.usage(command)}")
            return True
        with self.printing_to(files):
            return self._run_command(command, values)

    def _run_command(self, command: registry.Command, values: Sequence[object]) -> bool:
        try:
            with ParentOnly(), self.common.loading if self.ioc.state == "new" else nullcontext():
                return bool(command.function(self, *values))
        except registry.CommandFailed as error:
            if text := str(error):  # else it was told before
                tell = self.error if command.added and self.place else self.complain
                tell(text if tell == self.complain else registry.headed(command, text))
        except TimeoutError:
            self.error(f"{command.name}: the database is busy, no answer within {DATABASE_PATIENCE:g} s; try again")
        except PydevpvaError as error:
            self.error(f"{command.name}: {error}")
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            self.error(f"{command.name}: {reason(error)}{place}")
        except Exception:
            log.exception("internal error in the command %s", command.name)
        return True

    def _tell_unknown(self, name: str) -> None:
        cause, advice = unknown.command(name, registry.names())
        if self.is_news(cause):
            self.error(f"Command '{name}' not registered.", f"Line skipped{advice}")

    def error(self, text: str, advice: str = "") -> None:
        """`ERROR st.cmd line 5: text`, EPICS's own, and behind it what to do; at a console without the place."""
        head = f"{self.colour('ERROR', RED, self.err)} {self.place}: " if self.place else ""
        tail = f" {advice}" if advice else ""
        self.complain(head + self.colour(text, RED, self.err) + tail)

    def warn(self, text: str) -> None:
        """`Warning st.cmd line 5: text`: something is missing, and the shell knows what to use in its place."""
        self.complain(f"Warning {self.place}: {text}" if self.place else f"Warning: {text}")

    def set_environment(self, name: str, value: str | None) -> None:
        """Set, or with None remove, an environment variable for this process, its macros and the user's Python."""
        if value is None:
            os.environ.pop(name, None)
            self.ioc.environment.pop(name, None)
        else:
            os.environ[name] = self.ioc.environment[name] = value
        self.forget_macro(name)
        if name == "PYTHONPATH":
            set_python_path(value or "")

    def later(self, text: str) -> None:
        """Print a line to this console from another thread, when the command that set it off has ended."""
        self.console.write(text + "\n")
        self.console.flush()

    def in_steps(self, found: Iterator[T]) -> Iterator[T]:
        """What an iterator gives; it is run on the database thread, for STEP seconds at a time: reports are long."""
        while part := self.on_database(_some, found):
            yield from part

    def on_database(self, work: Callable[..., T], *args: object, timeout: float = DATABASE_PATIENCE) -> T:
        """work(*args) on the database thread; before iocInit, when that does not run yet, right here."""
        try:
            return self.ioc.database.loop.call(work, *args, timeout=timeout)
        except Stopped:
            if self.ioc.state != "new":
                raise
            return work(*args)


def _some(found: Iterator[T]) -> list[T]:
    end, part = time.monotonic() + STEP, []
    for item in found:
        part.append(item)
        if time.monotonic() >= end:
            break
    return part
