"""What a script does besides: wait, print, handle errors, ask for help."""

from __future__ import annotations

import re
import time

from pydevpva.patterns import glob
from pydevpva.shell.language import registry
from pydevpva.shell.language.registry import ARGV, COMMAND, DOUBLE, Argument, CommandFailed, command
from pydevpva.shell.process.printing import BOLD, UNDERLINE
from pydevpva.shell.reports.formats import unescaped
from pydevpva.shell.session import Shell

ON_ERROR_USAGE = "Usage: on error [continue | break | halt | wait <delay>]"
DEFAULT_DELAY = 5.0
SLICE = 0.1  # seconds: between these, Ctrl-C at an attached console is seen


@command("epicsThreadSleep", Argument("seconds", DOUBLE))
def epics_thread_sleep(shell: Shell, seconds: float) -> None:
    """Wait before the next line; the IOC goes on meanwhile."""
    shell.out.flush()
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, SLICE))


@command("echo", "string")
def echo(shell: Shell, text: str | None) -> None:
    """Print a string, with C escapes such as \\n."""
    shell.print(unescaped(text or ""))


@command("date", "format")
def date(shell: Shell, form: str | None) -> None:
    """Print date and time; a format as for strftime, and %06f for a fraction of 6 digits."""
    now = time.time_ns()

    def fraction(match: re.Match[str]) -> str:
        return f"{now % 10**9:09d}"[: int(match[1] or 9)]

    text = re.sub(r"%0?(\d)?f", fraction, form or "%Y/%m/%d %H:%M:%S.%06f")
    shell.print(time.strftime(text, time.localtime(now // 10**9)))


@command("on", Argument("error [continue | break | halt | wait <delay>]", ARGV))
def on(shell: Shell, words: list[str]) -> int:
    """Say what a script does when a line fails.

    continue  go on with the next line (the default)
    break     end this script; the one that called it sees an error
    halt      stop running commands; the IOC goes on as it is
    wait      wait that many seconds (5 without a number) before going on
    """
    scope = shell.scope
    if len(words) < 2 or words[0] != "error" or words[1] not in ("continue", "break", "halt", "wait"):
        raise CommandFailed(ON_ERROR_USAGE)
    if scope.interactive:
        shell.complain("Interactive shell, 'on error' ignored.")
        return 0
    scope.on_error, scope.delay = ("halt" if words[1] == "wait" else words[1]), 0.0
    if words[1] == "wait":
        scope.delay = _delay(shell, words[2:])
    return 0


def _delay(shell: Shell, words: list[str]) -> float:
    if not words:
        shell.complain(ON_ERROR_USAGE)
        return DEFAULT_DELAY
    try:
        return float(words[0])
    except ValueError:
        shell.complain(f"Invalid 'on error wait' delay '{words[0]}', {DEFAULT_DELAY:g} s are used.")
        return DEFAULT_DELAY


@command("exit")
def leave(shell: Shell) -> None:
    """End the script, or at the prompt the IOC."""


@command("#", Argument("newline-terminated comment", ARGV))
def comment(shell: Shell, words: list[str]) -> None:
    """A line that starts with # is not run. A script's lines are printed as they come, those with #- are not."""


@command("help", Argument("[command ...]", ARGV, each=COMMAND), differs="the help texts are our own")
def show_help(shell: Shell, patterns: list[str]) -> None:
    """List the commands; or show the arguments and the use of those whose name matches a pattern.

    Example: help dbLoad*
    """
    if not patterns:
        _list_commands(shell)
        return
    found = [name for pattern in patterns for name in registry.names() if glob(pattern)(name)]
    for i, name in enumerate(found):
        _show_command(shell, name, rule=i > 0)


def _show_command(shell: Shell, name: str, rule: bool) -> None:
    known = registry.find(name)
    if known is None:
        return
    if rule:
        shell.print(shell.colour(" " * 60, UNDERLINE, shell.out))
    arguments = registry.usage(known).removeprefix(name)
    shell.print(f"\n{shell.colour(name, BOLD, shell.out)}{arguments}\n\n{known.help}")


def _list_commands(shell: Shell) -> None:
    """Names in columns of 16, up to 79 wide, as iocsh lays them out."""
    line = ""
    for name in registry.names():
        if len(line) + len(name) >= 79:
            shell.print(line)
            line = ""
        line += name
        if len(line) >= 64:
            shell.print(line)
            line = ""
        else:
            line = line.ljust((len(line) // 16 + 1) * 16)
    if line:
        shell.print(line)
    shell.print("\nType 'help <glob>' for the arguments and the use of a command, e.g. 'help db*'")
