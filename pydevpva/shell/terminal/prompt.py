"""The line editor of one console: history, completion, hints, colours; log entries appear above it.

On the console's thread. prompt_toolkit is imported only here and in what this imports: a start without a terminal
does not pay for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import create_app_session
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
from prompt_toolkit.filters import Condition, is_done, is_searching
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import ConditionalContainer, FormattedTextControl, HSplit, Window
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.search import accept_search
from prompt_toolkit.styles import Style

from pydevpva.shell.language.iocsh import is_open_python
from pydevpva.shell.process.printing import GREEN
from pydevpva.shell.session import Shell
from pydevpva.shell.terminal.above_prompt import AbovePrompt
from pydevpva.shell.terminal.completion import ShellCompleter
from pydevpva.shell.terminal.hints import STYLE, IocshLexer, hint

PROMPT, CONTINUED = "epics> ", "  ...> "
HISTORY = "~/.pydevpva_history"
HISTORY_LINES = 1000


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where somebody types, and what may be shown there. `above` are the streams that print above the prompt."""

    input: Input | None  # None: the process's own
    output: Output
    above: Sequence[AbovePrompt]
    colour: bool


def prompt_text() -> str:
    """IOCSH_PS1."""
    return os.environ.get("IOCSH_PS1", PROMPT)


class LineEditor:
    """Reads lines on a terminal."""

    def __init__(self, shell: Shell, terminal: Terminal) -> None:
        self.shell, self.terminal = shell, terminal
        colour = terminal.colour
        session: PromptSession[str] = PromptSession(
            history=_history(),
            completer=ShellCompleter(shell),
            complete_while_typing=False,
            enable_history_search=True,
            multiline=Condition(lambda: is_open_python(self.session.default_buffer.text)),
            prompt_continuation=CONTINUED,
            lexer=IocshLexer() if colour else None,
            style=Style.from_dict(STYLE if colour else {}),
            include_default_pygments_style=False,
            color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
            key_bindings=_keys(),
            input=terminal.input,
            output=terminal.output,
        )
        self.session = session
        self._add_hint_line()

    def lines(self, may_leave: Callable[[], bool], after_prompt: Callable[[], object]) -> Iterator[str]:
        """The lines, until Ctrl-D, when may_leave() agrees. after_prompt is called when the editor gives one."""
        while True:
            try:
                line = self._read()
            except KeyboardInterrupt:
                continue
            except EOFError:
                if may_leave():
                    return
                continue
            after_prompt()
            yield line

    def _read(self) -> str:
        text = prompt_text()
        shown = ANSI(f"\x1b[{GREEN}m{text}\x1b[0m" if self.terminal.colour else text)
        with create_app_session(input=self.terminal.input, output=self.terminal.output):
            first, *others = [above.prompting(self.session.app) for above in self.terminal.above]
            with first:
                if not others:
                    return self.session.prompt(shown)
                with others[0]:
                    return self.session.prompt(shown)

    def _add_hint_line(self) -> None:
        """Under the line. Not prompt_toolkit's toolbar: that waits for an answer about the cursor's place."""

        def text() -> StyleAndTextTuples:
            return hint(self.session.default_buffer.document.text_before_cursor)

        window = Window(FormattedTextControl(text), height=1, dont_extend_height=True)
        container = self.session.layout.container
        assert isinstance(container, HSplit)
        container.children.append(ConditionalContainer(window, Condition(lambda: bool(text())) & ~is_done))


def _keys() -> KeyBindings:
    """Tab completes before the next key counts: prompt_toolkit's own does afterwards, and Enter would run less than
    is shown where both are pasted."""
    keys = KeyBindings()

    @keys.add("tab")
    def complete(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        found = list(buffer.completer.get_completions(buffer.document, CompleteEvent(completion_requested=True)))
        common = get_common_complete_suffix(buffer.document, found)
        buffer.insert_text(common)
        if not common or len(found) > 1:
            buffer.start_completion(insert_common_part=True)

    @keys.add("enter", filter=is_searching)
    def run_found(event: KeyPressEvent) -> None:
        """Ctrl-R's find is run, as readline does; prompt_toolkit's own Enter only takes it over."""
        accept_search()
        event.app.current_buffer.validate_and_handle()

    return keys


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


def _history() -> History:
    path = os.path.expanduser(os.environ.get("EPICS_IOCSH_HISTFILE", HISTORY))
    writable = path and os.access(os.path.dirname(path) or ".", os.W_OK)
    return _Limited(path) if writable else InMemoryHistory()
