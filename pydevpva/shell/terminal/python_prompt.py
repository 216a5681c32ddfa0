"""`pydev` alone: a Python prompt in the records' namespace, until Ctrl-D. On the console's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from prompt_toolkit import PromptSession
from prompt_toolkit.filters import Condition
from prompt_toolkit.output import ColorDepth

from pydevpva.evaluator.failures import traceback_text
from pydevpva.evaluator.prompted import Prompted, is_open
from pydevpva.forks import ParentOnly
from pydevpva.shell.process.streams import route
from pydevpva.shell.session import Shell
from pydevpva.shell.terminal.keys import keys
from pydevpva.shell.terminal.python_names import PythonCompleter
from pydevpva.shell.terminal.reading import Terminal, history, read

PROMPT, CONTINUED, INDENT = ">>> ", "... ", "    "
LEAVE = {"exit", "exit()", "quit", "quit()"}  # Python's own close sys.stdin, which is the IOC's
HELP = "Python in the records' namespace. Ctrl-D goes back."


class PythonPrompt:
    """Reads, runs, shows, again."""

    def __init__(self, shell: Shell, terminal: Terminal) -> None:
        self._shell, self._terminal = shell, terminal
        out, err = route()
        self._streams = [(routed, routed.target) for routed in (out, err)]
        evaluator = shell.ioc.evaluator
        self._code = Prompted(evaluator.namespace, evaluator.later, self._printing_here)
        session: PromptSession[str] = PromptSession(
            history=history("_python"),
            completer=PythonCompleter(evaluator.namespace),
            complete_while_typing=False,
            enable_history_search=True,
            multiline=Condition(lambda: is_open(self._session.default_buffer.text)),
            prompt_continuation=CONTINUED,
            color_depth=None if terminal.colour else ColorDepth.DEPTH_1_BIT,
            key_bindings=keys(INDENT),
            input=terminal.input,
            output=terminal.output,
        )
        self._session = session

    def run(self, after_prompt: Callable[[], object]) -> None:
        """Until Ctrl-D; after_prompt is called when the line editor, which takes over signals, has given an entry."""
        self._shell.print(HELP)
        while True:
            try:
                source = read(self._session, PROMPT, self._terminal)
                after_prompt()
                if source.strip() in LEAVE:
                    return
                self._run(source)
            except EOFError:
                return
            except KeyboardInterrupt:
                self._shell.complain("KeyboardInterrupt")

    def _run(self, source: str) -> None:
        try:
            with self._shell.interruptible(), ParentOnly():
                self._code.run(source, lambda value: self._shell.print(repr(value)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: it would end the IOC
            self._shell.complain(traceback_text(error))

    @contextmanager
    def _printing_here(self) -> Iterator[None]:
        with ExitStack() as stack:
            for routed, stream in self._streams:
                stack.enter_context(routed.for_this_thread(stream))
            yield
