"""Where typed lines come from: a prompt with history and completion on a terminal, else plain lines. Main thread."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pydevpva.shell.output import GREEN
from pydevpva.shell.session import Shell

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

PROMPT = "epics> "
HISTORY = "~/.pydevpva_history"


def has_terminal() -> bool:
    """Whether a person can be expected at the other end."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def run(shell: Shell, after_prompt: Callable[[], object] = lambda: None) -> bool:
    """Run what is typed or piped in. True when the lines ended, False when `exit` was among them.

    after_prompt is called when the line editor, which takes over signals, has given one line.
    """
    ended = False

    def lines() -> Iterator[str]:
        nonlocal ended
        yield from _edited_lines(shell, after_prompt) if _editable() else _plain_lines(shell)
        ended = True

    shell.run_console(lines())
    return ended


def _editable() -> bool:
    return has_terminal() and not os.environ.get("IOCSH_HISTEDIT_DISABLE") and os.environ.get("TERM") != "dumb"


def _prompt() -> str:
    return os.environ.get("IOCSH_PS1", PROMPT)


def _plain_lines(shell: Shell) -> Iterator[str]:
    """Lines of stdin, each after a prompt: what procServ, pipes and expect scripts see of softIoc."""
    while True:
        shell.print(shell.colour(_prompt(), GREEN, shell.out), end="")
        shell.out.flush()
        try:
            line = sys.stdin.readline() if sys.stdin is not None else ""
        except KeyboardInterrupt:
            shell.print()
            continue
        if not line:
            return
        yield line


def _edited_lines(shell: Shell, after_prompt: Callable[[], object]) -> Iterator[str]:
    from prompt_toolkit.formatted_text import ANSI
    from prompt_toolkit.patch_stdout import patch_stdout

    session = _session(shell)
    asked = False
    while True:
        try:
            with patch_stdout(raw=True):
                line = session.prompt(ANSI(shell.colour(_prompt(), GREEN, sys.stdout)))
        except KeyboardInterrupt:
            asked = False
            continue
        except EOFError:
            if asked:
                return
            asked = True
            shell.print("Ctrl-D once more, or exit, ends the IOC.")
            continue
        asked = False
        after_prompt()
        yield line


def _session(shell: Shell) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.output.vt100 import Vt100_Output

    from pydevpva.shell.completion import ShellCompleter

    path = os.path.expanduser(os.environ.get("EPICS_IOCSH_HISTFILE", HISTORY))
    writable = path and os.access(os.path.dirname(path) or ".", os.W_OK)
    history: History = FileHistory(path) if writable else InMemoryHistory()
    # telnet and procServ do not answer questions about the cursor: the line editor must not ask and then warn
    screen = Vt100_Output.from_pty(sys.stdout, term=os.environ.get("TERM"))
    screen.enable_cpr = False
    return PromptSession(
        history=history,
        completer=ShellCompleter(shell),
        complete_while_typing=False,
        enable_history_search=True,
        output=screen,
    )
