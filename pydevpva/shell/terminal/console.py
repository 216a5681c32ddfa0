"""Where the process's own typed lines come from: a line editor on a terminal, else plain lines. Main thread."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from typing import TextIO, cast

from pydevpva.shell.process.enduring_streams import reason
from pydevpva.shell.process.printing import GREEN
from pydevpva.shell.process.streams import route
from pydevpva.shell.session import Shell

PROMPT = "epics> "


class TerminalGone(Exception):
    """Nothing more can be read where lines were typed."""


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
        yield from _edited_lines(shell, after_prompt) if _editable() else plain_lines(shell, sys.stdin)
        ended = True

    shell.attended = has_terminal()
    shell.run_console(lines())
    return ended


def _editable() -> bool:
    return has_terminal() and not os.environ.get("IOCSH_HISTEDIT_DISABLE") and os.environ.get("TERM") != "dumb"


def plain_lines(shell: Shell, stream: TextIO | None) -> Iterator[str]:
    """Lines of a stream, each after a prompt: what procServ, pipes and expect scripts see of softIoc."""
    while True:
        shell.print(shell.colour(os.environ.get("IOCSH_PS1", PROMPT), GREEN, shell.out), end="")
        shell.out.flush()
        try:
            line = stream.readline() if stream is not None else ""
        except KeyboardInterrupt:
            shell.print()
            continue
        except (OSError, ValueError) as error:
            raise TerminalGone(reason(error)) from None
        if not line:
            return
        yield line


def _edited_lines(shell: Shell, after_prompt: Callable[[], object]) -> Iterator[str]:
    from prompt_toolkit.output.vt100 import Vt100_Output

    from pydevpva.shell.terminal.above_prompt import AbovePrompt
    from pydevpva.shell.terminal.prompt import LineEditor
    from pydevpva.shell.terminal.reading import Terminal

    out, err = route()
    # telnet and procServ do not answer questions about the cursor: the line editor must not ask and then warn
    screen = Vt100_Output.from_pty(out.own, term=os.environ.get("TERM"))
    screen.enable_cpr = False
    above = [AbovePrompt(out.own), AbovePrompt(err.own)]
    editor = LineEditor(shell, Terminal(None, screen, above, colour=not os.environ.get("NO_COLOR")))
    asked = False

    def may_leave() -> bool:
        nonlocal asked
        if _hung_up():
            raise TerminalGone("hung up")
        if not asked:
            shell.print("Ctrl-D once more, or exit, ends the IOC.")
        asked = not asked
        return not asked

    with out.for_others(cast(TextIO, above[0])), err.for_others(cast(TextIO, above[1])):
        lines = editor.lines(may_leave, after_prompt)
        while True:
            try:
                line = next(lines, None)
            except OSError as error:
                raise TerminalGone(reason(error)) from None
            if line is None:
                return
            asked = False
            yield line


def _hung_up() -> bool:
    """Whether what looks like Ctrl-D is the end of the terminal itself; a process may be told to outlive it."""
    poll = select.poll()
    poll.register(sys.stdin.fileno(), 0)
    return any(happened & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, happened in poll.poll(0))
