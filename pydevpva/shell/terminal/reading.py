"""What every prompt shares: the terminal, the history's file, reading one entry. The console's thread."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import create_app_session
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from pydevpva.shell.process.printing import GREEN
from pydevpva.shell.terminal.above_prompt import AbovePrompt

HISTORY = "~/.pydevpva_history"
HISTORY_LINES = 1000


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where somebody types, and what may be shown there. `above` are the streams that print above the prompt."""

    input: Input | None  # None: the process's own
    output: Output
    above: Sequence[AbovePrompt]
    colour: bool


def read(session: PromptSession[str], text: str, terminal: Terminal) -> str:
    """What is typed after this prompt. Raises KeyboardInterrupt, EOFError, OSError."""
    shown = ANSI(f"\x1b[{GREEN}m{text}\x1b[0m" if terminal.colour else text)
    with create_app_session(input=terminal.input, output=terminal.output), ExitStack() as stack:
        for above in terminal.above:
            stack.enter_context(above.prompting(session.app))
        return session.prompt(shown)


class _Limited(FileHistory):
    """A history file of which the newest IOCSH_HISTSIZE lines are offered."""

    def load_history_strings(self) -> Iterable[str]:
        size = os.environ.get("IOCSH_HISTSIZE", "")
        most = int(size) if size.isdecimal() else HISTORY_LINES
        try:
            return [line for _, line in zip(range(most), super().load_history_strings(), strict=False)]
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        with suppress(OSError):  # a full disk: the line is there until the IOC ends
            super().store_string(string)


def history(ending: str = "") -> History:
    """That of the file EPICS_IOCSH_HISTFILE, its name with this ending."""
    path = os.path.expanduser(os.environ.get("EPICS_IOCSH_HISTFILE", HISTORY))
    path += ending if path else ""
    writable = path and os.access(os.path.dirname(path) or ".", os.W_OK)
    return _Limited(path) if writable else InMemoryHistory()
