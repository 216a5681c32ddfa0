"""docs/shell.md from the registry: python -m pydevpva.shell.reports.command_page > docs/shell.md. Main thread."""

from __future__ import annotations

import sys

from pydevpva.shell.language import registry
from pydevpva.shell.language.registry import DIFFERS, NO_EFFECT, SAME, Command

HEAD = """\
# The shell, command by command

`pydevpva-shell`, and `pydevpva` on a terminal, read EPICS's iocsh. This page is made from the commands themselves
(`python -m pydevpva.shell.reports.command_page`); `help NAME` shows each one's use.

| status | means |
|---|---|
| same | same arguments, same output to the character; a test compares it with softIocPVX |
| differs | the same purpose; the reason says what is not the same |
| no effect | it has nothing to act on here: it says why in one line on stderr and succeeds, so that scripts go on |
| of autosave, of caPutLog ... | not in softIocPVX: it does what that module's command does |
| of pydevpva | not in softIocPVX, nor in a module |

What holds for all of them: messages of errors go to stderr and often say more than EPICS's, such as near names;
addresses and times are of course others; line numbers of a continued line are those an editor shows. In a script each
thing that is wrong is told once, where it comes first: a command or a record type that is not there, a macro without a
value. The last line of the start counts the lines that failed, those that failed of the same among them:
`st.cmd: 5 lines failed (3, 8; asyn: 4-6)`. What is of a well-known module, such as asyn or motor, is
named with it and with what stands for it here.

| command | arguments | status | what differs, what it does |
|---|---|---|---|
"""
TAIL = """
## At a terminal

Tab completes commands, record names, fields after a dot, values of menus and states, files, macros and, inside
`pydev("`, Python names. The line below shows the arguments of the command that is typed. Up and Ctrl-R look through
the history (`~/.pydevpva_history`, or `EPICS_IOCSH_HISTFILE`; `IOCSH_HISTSIZE` lines of it). Ctrl-C ends the running
command, Ctrl-D asks once and then ends the IOC. `pydev("` may go on over several lines until the quote is closed.
`pydev` alone is a Python prompt in the records' namespace, until Ctrl-D:
[Python in records](python.md#a-python-prompt).
`IOCSH_PS1` is the prompt, `IOCSH_HISTEDIT_DISABLE` and `TERM=dumb` give plain lines, `NO_COLOR` no colours.

## The log

Messages of the running IOC go to stderr, and to attached consoles that ask for them (`--log`, `eltc 1`), as

    2026-11-28 21:16:16.123 WARNING LAB:Temp.INP: the text

in local time, with the level DEBUG, INFO, WARNING, ERROR or CRITICAL; further lines, such as a traceback's, follow as
they are. Where stderr is systemd's journal, which has times of its own, each line begins with its priority instead,
`<3>` for errors, `<4>` for warnings, `<6>` for the rest. What a command prints, and its errors, are no entries of the
log and have no time. Output that cannot be written, since a disk is full or a pipe is closed, is lost and said once;
a redirection (`dbl > file`) that could not be written is an error of its line.

## Without a terminal

`pydevpva` runs the lines that it finds on stdin, and at their end goes on serving until SIGTERM or SIGINT;
`pydevpva-shell` ends with its input. An `exit` among these lines ends the IOC, an `exit` in st.cmd only that script.

## From elsewhere

An IOC that is started with `--console PATH` can be attached to by the user that owns it, on the same machine:

    pydevpva-shell --attach PATH                  # the same prompt; exit, Ctrl-D or Ctrl-] leaves the IOC running
    pydevpva-shell --attach PATH --log            # with its log (later: eltc 1)
    pydevpva-shell --attach PATH -c 'dbpr LAB:X'  # one command; exit status 0 or 1, 2 when no IOC answers within 5 s

Everybody has a prompt of their own, and sees the output of their own commands. A command that does not end on Ctrl-C
is left to itself after a second, and the prompt comes back.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_row(found) for name in registry.names() if (found := registry.find(name))) + TAIL


def _row(command: Command) -> str:
    arguments = registry.usage(command).removeprefix(command.name).strip()
    shown = f"`{_cell(arguments)}`" if arguments else ""
    reason = command.reason or (command.help.splitlines()[0] if command.added else "")
    assert command.added or command.status in (SAME, DIFFERS, NO_EFFECT)
    return f"| `{_cell(command.name)}` | {shown} | {command.status} | {_cell(reason)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
