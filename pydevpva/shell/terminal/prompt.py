"""The line editor of one console: history, completion, hints, colours; log entries appear above it.

On the console's thread. prompt_toolkit is imported only here and in what this imports: a start without a terminal
does not pay for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.filters import Condition, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import ConditionalContainer, FormattedTextControl, HSplit, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from pydevpva.shell.language.iocsh import is_open_python
from pydevpva.shell.session import Shell
from pydevpva.shell.terminal.completion import ShellCompleter
from pydevpva.shell.terminal.hints import STYLE, IocshLexer, hint
from pydevpva.shell.terminal.keys import keys
from pydevpva.shell.terminal.python_prompt import PythonPrompt
from pydevpva.shell.terminal.reading import Terminal, history, read

PROMPT, CONTINUED = "epics> ", "  ...> "


def prompt_text() -> str:
    """IOCSH_PS1."""
    return os.environ.get("IOCSH_PS1", PROMPT)


class LineEditor:
    """Reads lines on a terminal."""

    def __init__(self, shell: Shell, terminal: Terminal) -> None:
        self.shell, self.terminal = shell, terminal
        colour = terminal.colour
        session: PromptSession[str] = PromptSession(
            history=history(),
            completer=ShellCompleter(shell),
            complete_while_typing=False,
            enable_history_search=True,
            multiline=Condition(lambda: is_open_python(self.session.default_buffer.text)),
            prompt_continuation=CONTINUED,
            lexer=IocshLexer() if colour else None,
            style=Style.from_dict(STYLE if colour else {}),
            include_default_pygments_style=False,
            color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
            key_bindings=keys(),
            input=terminal.input,
            output=terminal.output,
        )
        self.session = session
        self._add_hint_line()
        self._python_wanted = False
        shell.enter_python = self._want_python

    def lines(self, may_leave: Callable[[], bool], after_prompt: Callable[[], object]) -> Iterator[str]:
        """The lines, until Ctrl-D, when may_leave() agrees. after_prompt is called when the editor gives one."""
        while True:
            try:
                line = read(self.session, prompt_text(), self.terminal)
            except KeyboardInterrupt:
                continue
            except EOFError:
                if may_leave():
                    return
                continue
            after_prompt()
            yield line
            if self._python_wanted:  # not inside the command: no lock is held while somebody types
                self._python_wanted = False
                PythonPrompt(self.shell, self.terminal).run(after_prompt)

    def _want_python(self) -> None:
        self._python_wanted = True

    def _add_hint_line(self) -> None:
        """Under the line. Not prompt_toolkit's toolbar: that waits for an answer about the cursor's place."""

        def text() -> StyleAndTextTuples:
            return hint(self.session.default_buffer.document.text_before_cursor)

        window = Window(FormattedTextControl(text), height=1, dont_extend_height=True)
        container = self.session.layout.container
        assert isinstance(container, HSplit)
        container.children.append(ConditionalContainer(window, Condition(lambda: bool(text())) & ~is_done))
