"""The commands: a declaration is the registration. Filled at import of shell/commands/*, then read only."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydevpva.db.numbers import parse_integer
from pydevpva.errors import PydevpvaError

COMMANDS = "pydevpva.shell.commands"  # the folder: a module there is found by being there
Function = Callable[..., int | None]
STRING, INT, DOUBLE, RECORD, PATH, PDBBASE, ARGV = "string", "int", "double", "record", "path", "pdbbase", "argv"
# text, which a terminal can complete
VALUE, RTYPE, MENU, PYTHON, COMMAND, VARIABLE, ENVIRONMENT, MODULE, STATE, EVENT = (
    "value", "rtype", "menu", "python", "command", "variable", "environment", "module", "state", "event",
)  # fmt: skip
SAME, DIFFERS, NO_EFFECT, ADDED = "same", "differs", "no effect", "of "


class ArgumentError(PydevpvaError):
    """An argument that is not of the command's type; the text is iocsh's."""


class CommandFailed(PydevpvaError):
    """A command that could not do its work: the text goes to stderr and the line counts as an error."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name as help shows it, its kind, and what it stands for when left out.

    `each` is the kind of every word of an ARGV argument, which takes all that are left.
    """

    name: str
    kind: str = STRING
    each: str = STRING

    def convert(self, text: str | None) -> str | int | float | None:
        """The value handed to the command (cvtArg in iocsh.cpp). Missing: 0 for numbers, None for text."""
        if self.kind in (INT, DOUBLE):
            return _number(self.kind, text) if text else 0
        if self.kind == PDBBASE and text not in (None, "", "pdbbase") and not str(text).startswith("0"):
            raise ArgumentError(f"Expecting 'pdbbase' got '{text}'.")
        return text


def _number(kind: str, text: str) -> int | float:
    try:
        return float(text) if kind == DOUBLE else parse_integer(text, after="")
    except ValueError:
        raise ArgumentError(f"Invalid {'double' if kind == DOUBLE else 'integer'} '{text}'.") from None


@dataclass(frozen=True, slots=True)
class Command:
    """What the shell knows of a command. The function gets the shell and one value for each argument.

    `status` compares it with softIocPVX's: SAME, DIFFERS or NO_EFFECT, both with the reason; or it is not there: ADDED
    and the module that has it.
    """

    name: str
    arguments: tuple[Argument, ...]
    function: Function
    help: str
    status: str = SAME
    reason: str = ""

    @property
    def added(self) -> bool:
        """softIocPVX does not have it."""
        return self.status.startswith(ADDED)

    def kind(self, index: int) -> str:
        """The kind of the argument at that place, for completion; "" when there is none."""
        if self.arguments and self.arguments[-1].kind == ARGV and index >= len(self.arguments) - 1:
            return self.arguments[-1].each
        return self.arguments[index].kind if index < len(self.arguments) else ""

    def bind(self, words: Sequence[str]) -> list[Any]:
        """The function's arguments for a line's words; too few are made up, too many are ignored, as in iocsh."""
        if any(argument.kind == ARGV for argument in self.arguments):
            return [list(words)]
        padded = [*words, *[None] * len(self.arguments)]
        return [argument.convert(word) for argument, word in zip(self.arguments, padded, strict=False)]


_commands: dict[str, Command] = {}


def command(
    name: str, *arguments: Argument | str, of: str = "", differs: str = "", no_effect: str = ""
) -> Callable[[Function], Function]:
    """Register the decorated function as `name`. Its docstring is the help text.

    It is called as function(shell, *values) on the thread of that shell's console, prints with shell.print, and
    returns a status: None or 0 is success. A str argument is short for Argument(name). `differs` and `no_effect`
    say how and why it is not as in softIocPVX, `of` that it is not there at all, and
    which module has it: pydevpva, or another whose startup scripts run here.
    """
    status = f"{ADDED}{of}" if of else DIFFERS if differs else NO_EFFECT if no_effect else SAME

    def register(function: Function) -> Function:
        if name in _commands:
            raise ValueError(f"the command {name} is declared twice")
        declared = tuple(a if isinstance(a, Argument) else Argument(a) for a in arguments)
        text = inspect.cleandoc(function.__doc__ or "")
        _commands[name] = Command(name, declared, function, text, status, differs or no_effect)
        return function

    return register


@cache
def _load() -> None:
    commands = importlib.import_module(COMMANDS)
    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{COMMANDS}.{module.name}")


def find(name: str) -> Command | None:
    """The command of that name. Every NAME_registerRecordDeviceDriver is one: a built IOC has its own."""
    _load()
    return _commands.get(name) or (_commands[REGISTRAR] if name.endswith(f"_{REGISTRAR}") else None)


def names() -> list[str]:
    """All command names, in ASCII order as `help` shows them."""
    _load()
    return sorted(_commands)


REGISTRAR = "registerRecordDeviceDriver"


def headed(command: Command, text: str) -> str:
    """What went wrong in a command, behind its name."""
    return text if text.startswith(command.name) else f"{command.name}: {text}"


def usage(command: Command) -> str:
    """The command and its arguments as help shows them; names of several words are quoted."""
    shown = (a.name if a.kind == ARGV or " " not in a.name else f"'{a.name}'" for a in command.arguments)
    return " ".join([command.name, *shown])
