"""Where a shell prints: stdout and stderr, redirected for one command, coloured on a terminal.

On the console's thread; entries of the log come from any.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import TextIO, cast

from pydevpva.shell.language.iocsh import Redirect
from pydevpva.shell.process.enduring_streams import Enduring, reason, standard
from pydevpva.shell.process.log_entries import Entry, for_people, is_journal
from pydevpva.shell.process.streams import Routed

STDERR = 2
BOLD, UNDERLINE, RED, GREEN, BLUE = "1", "4", "31;1", "32;1", "34;1"


class CannotOpen(Exception):
    """A redirection to or from a file that does not open."""

    def __init__(self, path: str, error: OSError | ValueError) -> None:
        super().__init__(f"Can't open {path!r}: {reason(error)}")


class CannotWrite(Exception):
    """A redirection to a file that did not take all that was printed; the command was run to its end."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(f"Can't write {path!r}: {reason(error)}")


def _open(redirect: Redirect) -> TextIO:
    # closed by the caller
    return cast(TextIO, open(redirect.path, redirect.mode, encoding="utf-8", errors="surrogateescape"))


class Output:
    """The shell's two streams. Follows sys.stdout and sys.stderr when those are replaced, as the prompt does."""

    def __init__(self) -> None:
        self._files: dict[int, TextIO] = {}
        self._console: TextIO | None = None  # of an attached console; the IOC's own is sys.stdout
        self.shows_log = True  # whether messages of the log are shown on this console (eltc)
        self.log_form: Callable[[Entry, bool], str] = for_people

    @property
    def console(self) -> TextIO:
        """Where this console prints, on whatever thread."""
        return self._console or standard(sys.stdout, Routed)

    def set_console(self, console: TextIO) -> None:
        """Print to this terminal what does not come from the console's own thread."""
        self._console = console

    def show_log(self, entry: Entry) -> None:
        """Print an entry of the log on this console, from whatever thread."""
        stream = standard(sys.stderr, Routed)
        stream.write(self.log_form(entry, is_journal(STDERR)) + "\n")
        stream.flush()

    @property
    def out(self) -> TextIO:
        return self._files.get(1) or standard(sys.stdout, Routed)

    @property
    def err(self) -> TextIO:
        return self._files.get(2) or standard(sys.stderr, Routed)

    def print(self, text: str = "", end: str = "\n") -> None:
        self.out.write(text + end)

    def complain(self, text: str) -> None:
        """Print to stderr, after all that went to stdout before it."""
        self.out.flush()
        self.err.write(text + "\n")
        self.err.flush()

    def colour(self, text: str, code: str, stream: TextIO) -> str:
        """text in a colour, when the stream is a terminal and NO_COLOR is not set."""
        return f"\x1b[{code}m{text}\x1b[0m" if text and stream.isatty() and not os.environ.get("NO_COLOR") else text

    @contextmanager
    def opened(self, redirects: Mapping[int, Redirect]) -> Iterator[dict[int, TextIO]]:
        """The redirections' files, open inside. Raises CannotOpen, and at the end CannotWrite."""
        files: dict[int, Enduring] = {}
        with ExitStack() as stack:
            for fd, redirect in sorted(redirects.items()):
                try:
                    file = _open(redirect)
                except (OSError, ValueError) as error:  # ValueError: a NUL in the name
                    raise CannotOpen(redirect.path, error) from None
                files[fd] = stack.enter_context(closing(Enduring(file)))
            yield cast("dict[int, TextIO]", files)
        for fd, written in files.items():
            if written.failure is not None:
                raise CannotWrite(redirects[fd].path, written.failure)

    @contextmanager
    def printing_to(self, files: Mapping[int, TextIO]) -> Iterator[None]:
        """Send what is printed inside to these files instead; inner redirections come before outer ones."""
        before = self._files
        self._files = {**before, **files}
        try:
            yield
        finally:
            self._files = before
