"""The two console commands: pydevpva, with softIocPVX's arguments, and pydevpva-shell. Main thread.

Only what -h and -V need is imported at the top: they answer at once.
"""

from __future__ import annotations

import getopt
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

BAD_USAGE, NOTHING_TO_DO, CANNOT_PRINT = 2, 1, 1
FLAGS = "hVa:D:d:m:Ssx:vG:c:"
LONG_FLAGS = [
    "console=", "save=", "put-log=", "log-level=", "log-json", "watch-evaluator", "attach=", "log", "no-ca", "no-pva",
    "realtime", "skip-unsupported", "new=", "example=", "help", "version",
]  # fmt: skip
LEVELS = ("debug", "info", "warning", "error")
SHORT = {"--help": "-h", "--version": "-V"}
USAGE = """\
Usage: {name} [-D file.dbd] [-m A=1,B=2] [-d file.db] [-a file.acf] [-G group.json]
       [-x prefix] [-S] [-s] [-v] [-V] [-h] [--no-ca] [--no-pva] [--save folder] [--put-log file] [--console path]
       [--log-level level] [--log-json] [--watch-evaluator] [--realtime] [--skip-unsupported] [st.cmd]
       {name} --attach path [--log] [-c command]
       {name} --new folder | --example name | check [file ...]

  -D <dbd>   Read a .dbd file; must come first. EPICS base's and PyDevice's are always there.
  -m <macros>  Macros, as NAME=value,..., for the -d, -a and -G that follow, in place of an earlier -m; the last is
             also for st.cmd.
  -d <db>    Load records from a .db file.
  -a <acf>   Use an access security file.
  -G <json>  Load group definitions from a JSON file.
  -x <prefix>  Have a record <prefix>:exit: writing 0 ends the IOC with status 0, any other number with 1.
  -S         No interactive shell: serve until SIGTERM or Ctrl-C.
  -s         Accepted, without effect.
  -v         Show each step of the start.
  -V         Print versions.
  -h         Print this.
  --no-ca    Serve PVAccess only.
  --no-pva   Serve Channel Access only.
  --save <folder>  Keep the values of output records over a restart, in a file there; as pydevpvaSave.
  --put-log <file>  Append a line of JSON for each put of a client, and each that is refused; as pydevpvaPutLog.
  --log-level <level>  Leave out of the log what is less severe: debug, info (the default), warning, error.
  --log-json  Log in JSON, an object a line.
  --watch-evaluator  Under systemd with WatchdogSec: be restarted also when users' Python hangs.
  --console <path>  Let the owner of this process attach a shell there, at a Unix socket.
  --realtime        Give the database thread SCHED_FIFO, and lock memory; refused where the system does not allow it.
  --attach <path>   Be a console of the IOC that was started with --console <path>; --log also shows its log.
  -c <command>      With --attach: run this one line there; the exit status says whether it failed.

  --new <folder>     Write a small working IOC there, to begin with: driver, records, display, tests, unit file.
  --example <name>   Start one of the examples that come with pydevpva; "list" prints their names.
  check [file ...]  What can be said of st.cmd and databases without running them; {name} check --help.

st.cmd is run after these, then iocInit when -d or -x loaded records and the script did not do it.
With a terminal an interactive shell follows.
"""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line: flags in their order, and the script."""

    flags: tuple[tuple[str, str], ...]
    script: str | None

    def value(self, flag: str) -> str | None:
        """What was given with a flag last; None when it was not given."""
        return next((value for name, value in reversed(self.flags) if name == flag), None)

    def has(self, flag: str) -> bool:
        return any(name == flag for name, _ in self.flags)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The command pydevpva."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["check"] and not os.path.exists("check"):
        from pydevpva.check.command import run

        sys.exit(run(words[1:]))
    _run("pydevpva", words, always_shell=False)


def shell_main(argv: Sequence[str] | None = None) -> NoReturn:
    """The command pydevpva-shell: always the shell; ends with what is piped into it."""
    _run("pydevpva-shell", sys.argv[1:] if argv is None else argv, always_shell=True)


def _run(name: str, argv: Sequence[str], always_shell: bool) -> NoReturn:
    arguments = _parse(name, argv)
    if arguments.has("-h"):
        sys.exit(_print(USAGE.format(name=name)))
    if arguments.has("-V"):
        sys.exit(_print(_versions()))
    if arguments.value("--attach") is not None:
        from pydevpva.shell.attach.client import attach

        sys.exit(attach(arguments.value("--attach") or "", arguments.value("-c"), arguments.has("--log")))
    if (folder := arguments.value("--new")) is not None:
        sys.exit(_new(name, folder))
    if (example := arguments.value("--example")) is not None:
        if example == "list":
            sys.exit(_list_examples(name))
        arguments = _example(name, arguments, example)
    for flag in ("-c", "--log"):
        if arguments.has(flag):
            _complain_of_usage(name, f"{flag} needs --attach path")
            sys.exit(BAD_USAGE)
    if (level := arguments.value("--log-level")) not in (None, *LEVELS):
        _complain_of_usage(name, f"--log-level {level}: choices: {', '.join(LEVELS)}")
        sys.exit(BAD_USAGE)
    no_shell = arguments.has("-S") and not always_shell
    if no_shell and not arguments.script and not any(arguments.has(flag) for flag in ("-d", "-x")):
        _complain_of_usage(name, "Nothing to do!")
        sys.exit(NOTHING_TO_DO)
    _start(arguments, no_shell, always_shell)


def _new(name: str, folder: str) -> int:
    """Write a new IOC; the exit status."""
    from pydevpva.errors import PydevpvaError
    from pydevpva.new.project import create

    try:
        return _print(create(folder))
    except (PydevpvaError, OSError) as error:
        return _refuse(name, f"--new {folder}: {error.strerror if isinstance(error, OSError) else error}")


def _list_examples(name: str) -> int:
    """Print the names of the examples, one a line; the exit status."""
    from pydevpva.errors import PydevpvaError
    from pydevpva.new import examples

    try:
        return _print("".join(f"{example}\n" for example in examples.names()))
    except PydevpvaError as error:
        return _refuse(name, f"--example list: {error}")


def _example(name: str, arguments: Arguments, example: str) -> Arguments:
    """Go to the example's folder: its script is what is run."""
    from pydevpva.errors import PydevpvaError
    from pydevpva.new import examples

    try:
        if arguments.script is not None:
            raise PydevpvaError("an example has a script of its own")
        os.chdir(examples.find(example))
    except (PydevpvaError, OSError) as error:
        sys.exit(_refuse(name, f"--example {example}: {error}"))
    return Arguments(arguments.flags, "st.cmd")


def _refuse(name: str, what: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"{name}: {what}\n")
    return BAD_USAGE


def _parse(name: str, argv: Sequence[str]) -> Arguments:
    try:
        flags, rest = getopt.gnu_getopt(list(argv), FLAGS, LONG_FLAGS)
    except getopt.GetoptError as error:
        _complain_of_usage(name, f"Unknown argument: {error.msg}")
        sys.exit(BAD_USAGE)
    return Arguments(tuple((SHORT.get(flag, flag), value) for flag, value in flags), rest[0] if rest else None)


def _complain_of_usage(name: str, what: str) -> None:
    _print(USAGE.format(name=name))
    if sys.stderr is not None:
        sys.stderr.write(what + "\n")


def _print(text: str) -> int:
    """Print to stdout, which may be closed or full; the exit status."""
    if sys.stdout is None:
        return CANNOT_PRINT
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter tries again at its end
        if sys.stderr is not None:
            sys.stderr.write(f"stdout: {error.strerror}\n")
        return CANNOT_PRINT
    return 0


def _versions() -> str:
    from pydevpva.versions import epics_version, own_version, p4p_version

    python = sys.version.split()[0]
    return f"pydevpva {own_version()}\nEPICS {epics_version()}\np4p {p4p_version()}\nPython {python}\n"


def _start(arguments: Arguments, no_shell: bool, always_shell: bool) -> NoReturn:
    from pydevpva.shell.startup import Startup

    typed = sys.stdin is not None and sys.stdin.isatty()
    realtime = arguments.has("--realtime")
    startup = Startup(verbose=arguments.has("-v"), ends_with_input=always_shell and not typed, realtime=realtime)
    startup.ioc.instances.skip_unsupported = arguments.has("--skip-unsupported")
    startup.set_log(arguments.value("--log-level") or "info", arguments.has("--log-json"))
    startup.systemd.watches_evaluator = arguments.has("--watch-evaluator")
    startup.ending.interactive = not no_shell and typed
    startup.ending.arm()
    startup.ioc.servers.protocols -= {protocol for protocol in ("ca", "pva") if arguments.has(f"--no-{protocol}")}
    if realtime and not startup.may_be_realtime():
        startup.ending.end_here(BAD_USAGE)
    path = arguments.value("--console")
    if path is not None and not startup.open_console(path):
        startup.ending.end_here(BAD_USAGE)
    if not startup.load(arguments.flags, arguments.script):
        startup.ending.end_here(BAD_USAGE)
    if no_shell:
        startup.ending.wait()
    startup.run_console(always_shell)
