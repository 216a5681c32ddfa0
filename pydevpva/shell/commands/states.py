"""dbState*: the IOC's named states, which the sync filter and links read (dbState.c)."""

from __future__ import annotations

from pydevpva.shell.language.registry import INT, STATE, Argument, command
from pydevpva.shell.session import Shell

NAME = Argument("name", STATE)


@command("dbStateCreate", NAME)
def create(shell: Shell, name: str | None) -> None:
    """Make a named state, which is cleared at first."""
    shell.on_database(shell.ioc.database.states.create, name or "")


@command("dbStateSet", NAME)
def set_state(shell: Shell, name: str | None) -> None:
    """Set a named state."""
    _change(shell, name or "", True)


@command("dbStateClear", NAME)
def clear(shell: Shell, name: str | None) -> None:
    """Clear a named state."""
    _change(shell, name or "", False)


@command("dbStateShow", NAME, Argument("level", INT))
def show(shell: Shell, name: str | None, level: int) -> None:
    """Print whether a named state is set; with level 1 also its name."""
    known = shell.on_database(shell.ioc.database.states.all)
    if name in known:
        shell.print(_line(name, known[name]) if level else _word(known[name]))


@command("dbStateShowAll", Argument("level", INT))
def show_all(shell: Shell, level: int) -> None:
    """Print all named states."""
    for name, value in shell.on_database(shell.ioc.database.states.all).items():
        shell.print(_line(name, value))


def _change(shell: Shell, name: str, value: bool) -> None:
    states = shell.ioc.database.states
    if name in states:
        shell.on_database(states.set, name, value)


def _word(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _line(name: str, value: bool) -> str:
    return f"id {id(name):#x} '{name}' : {_word(value)}"
