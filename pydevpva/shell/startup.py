"""From the command line to a running IOC: load in the order of the flags, run the script, iocInit, the console."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from pydevpva.errors import PydevpvaError
from pydevpva.evaluator.user import keep_terminal
from pydevpva.ioc import Ioc
from pydevpva.shell.language import registry
from pydevpva.shell.process import exit_record, not_a_script
from pydevpva.shell.process.enduring_streams import open_standard_streams, reason
from pydevpva.shell.process.envpaths import how_to_load
from pydevpva.shell.process.log import always_on
from pydevpva.shell.process.log_entries import for_programs
from pydevpva.shell.process.shutdown import Ending
from pydevpva.shell.process.streams import route
from pydevpva.shell.process.systemd import Systemd
from pydevpva.shell.session import Halted, Shell
from pydevpva.shell.terminal import console

KEEPING = {"--save": "pydevpvaSave", "--put-log": "pydevpvaPutLog"}  # flags that are commands


class StartupFailed(Exception):
    """The start cannot go on; all there is to say has been printed but the text, which may be empty."""


class Startup:
    """The parts of one process: the IOC, its shell, and how it ends."""

    def __init__(self, verbose: bool, ends_with_input: bool = False, realtime: bool = False) -> None:
        _prepare_streams()
        self.verbose = verbose
        self.ends_with_input = ends_with_input  # nobody expects a script run by it to serve
        self.ioc = Ioc(realtime=realtime)
        keep_terminal()
        self.shell = Shell(self.ioc)
        self.ending = Ending(self.ioc)
        self.systemd = Systemd(self.ioc)
        self.ending.at_begin.append(self.systemd.ending)
        self.ending.at_end.append(self.shell.common.log_server.close)
        self.ioc.database.services.natives.reboot = lambda: self.ending.end(0)
        self._show_log()
        self.macros = self._unused_macros = ""
        self.loaded = False
        self.too_late_for_dbd = False
        self.exit_prefixes: list[str] = []

    def _show_log(self) -> None:
        shown = self.shell.common.log
        shown.add(self.shell)
        shown.start()
        always_on()
        log = logging.getLogger("pydevpva")
        log.handlers = [shown]
        log.setLevel(logging.INFO)
        log.propagate = False

    def set_log(self, level: str, as_json: bool) -> None:
        """How grave an entry of the log must be to be shown, and whether programs are to read it."""
        logging.getLogger("pydevpva").setLevel(level.upper())
        if as_json:
            self.shell.log_form = for_programs

    def load(self, flags: Sequence[tuple[str, str]], script: str | None) -> bool:
        """Do what the command line says, up to a running IOC. False: it failed, and why has been printed."""
        try:
            for flag, value in flags:
                self._apply(flag, value)
            if script is not None:
                self._run_script(script)
            self._check_macros_used()
            if self.loaded and self.ioc.state == "new":
                self._step("iocInit", ())
            self.ending.watch_again()
            if script is not None:
                self._sum_up(script)
            for prefix in self.exit_prefixes:
                exit_record.watch(self.ioc, prefix, self.ending.end)
        except StartupFailed as error:
            self.shell.complain(f"ERROR: {error}")
            return False
        except PydevpvaError as error:
            self.shell.complain(f"ERROR: {error}")
            return False
        except KeyboardInterrupt:
            self.shell.complain("interrupted: what is left of the startup is not run")
        return True

    def _apply(self, flag: str, value: str) -> None:
        if flag == "-m":
            self._check_macros_used()
            self.macros, self._unused_macros = value, value
            return
        if flag == "-D":
            if self.too_late_for_dbd:
                raise StartupFailed("-D specified too late: it must come before -d, -a, -x and -G")
            self._step("dbLoadDatabase", (value,), f"Failed to load DBD file: {value}")
            return
        self.too_late_for_dbd = self.too_late_for_dbd or flag in ("-d", "-a", "-x", "-G")
        if flag == "-d":
            self._step("dbLoadRecords", self._with_macros(value), f"Failed to load: {value}")
            self.loaded = True
        elif flag == "-G":
            self._step("dbLoadGroup", self._with_macros(value), f"Failed to load: {value}")
        elif flag in KEEPING:
            self._step(KEEPING[flag], (value,), f"{flag} {value}")
        elif flag == "-a":
            if self.macros:
                self._unused_macros = ""
                self._step("asSetSubstitutions", (self.macros,), "asSetSubstitutions")
            self._step("asSetFilename", (value,), "asSetFilename")
        elif flag == "-x":
            try:
                exit_record.load(self.ioc, value)
            except OSError as error:  # a file is written on the way
                raise StartupFailed(f"-x {value}: {error.filename}: {reason(error)}") from None
            self.exit_prefixes.append(value)
            self.loaded = True

    def _check_macros_used(self) -> None:
        if self._unused_macros:
            self.shell.warn(
                f"-m {self._unused_macros} has no effect: it is for -d, -a and -G after it, and for a script"
            )
            self._unused_macros = ""

    def _with_macros(self, file: str) -> tuple[str, ...]:
        self._unused_macros = ""
        return (file, self.macros) if self.macros else (file,)

    def _step(self, name: str, words: Sequence[str], failure: str = "") -> None:
        """Run one of the shell's commands. Raises StartupFailed when it fails."""
        if self.verbose:
            self.shell.print(f"{name}({', '.join(f'{chr(34)}{word}{chr(34)}' for word in words)})")
        if self.shell.call([name, *words]):
            raise StartupFailed(failure or f"{name} failed")

    def _run_script(self, path: str) -> None:
        if how_to_load(path) or not_a_script.is_python(path):
            return  # said at the end; its lines are no commands
        if self.verbose:
            self.shell.print(f"# Begin {path}")
        try:
            self._unused_macros = ""
            failed = self.shell.run_script(path, self.macros)
        except Halted:
            self._sum_up(path)
            self.ending.wait()
        if failed:
            raise StartupFailed(f"Error in {path}")
        if self.verbose:
            self.shell.print(f"# End {path}")

    def _sum_up(self, path: str) -> None:
        """Say last what the lines above may have hidden: which failed, and whether the IOC runs at all."""
        running = self.ioc.state in ("running", "paused")
        for text in self.shell.failures.summary(running):
            self.shell.complain(text)
        if running or self.ends_with_input:
            return
        if self.shell.common.init_failed:
            self.shell.complain(f"{os.path.basename(path)}: iocInit failed: nothing is served; put right what it says")
        else:
            command, after = ("iocRun", "iocBuild") if self.ioc.state == "built" else ("iocInit", "dbLoadRecords")
            advice = "put the lines that failed right" if self.shell.failures else f"add {command} after its {after}"
            if how := how_to_load(path):
                advice = f"a database is loaded with: {how}"
            elif path.endswith((".substitutions", ".subs")):
                advice = f'a startup script loads it: dbLoadTemplate("{path}")'
            else:
                advice = not_a_script.advice(path) or advice
            self.shell.complain(f"{os.path.basename(path)} has not run {command}: nothing is served; {advice}")

    def may_be_realtime(self) -> bool:
        """Whether the system allows --realtime. False: it does not, and why has been printed."""
        from pydevpva import realtime

        try:
            realtime.refuse_unless_allowed()
        except realtime.NotAllowed as error:
            self.shell.complain(f"ERROR: {error}")
            return False
        return True

    def open_console(self, path: str) -> bool:
        """Let people attach at this path. False: it cannot be used, and why has been printed."""
        from pydevpva.shell.attach.server import ConsoleServer

        try:
            server = ConsoleServer(path, route(), self.ioc, self.shell.common)
        except PydevpvaError as error:
            self.shell.complain(f"ERROR: {error}")
            return False
        self.ending.at_end.append(server.close)
        return True

    def run_console(self, always_shell: bool) -> NoReturn:
        """The shell, until it ends. What is piped into pydevpva only comes before serving on."""
        typed = sys.stdin is not None and sys.stdin.isatty()
        try:
            ended = console.run(self.shell, self.ending.watch_again)
        except console.TerminalGone as error:
            self.shell.complain(f"no more lines can be read: {error}")
            self.ending.interactive = False
            self.ending.watch_again()
            ended, always_shell = True, always_shell and not typed
            typed = False
        if ended and not always_shell and not typed:
            self.ending.wait()
        self.ending.end_here(0)


def _prepare_streams() -> None:
    """Lines appear when they are written, in any encoding, and one that cannot be written ends nothing."""
    open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    route()
    registry.names()
