"""sys.stdout and sys.stderr of the process, which know whom they are printing for: each console's thread prints to it.

Any thread. What threads print that belong to no console goes to the process's own stream, or, while somebody is
typing there, above the prompt.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from pydevpva.forks import in_child
from pydevpva.shell.process.enduring_streams import Enduring, reason

log = logging.getLogger(__name__)


class Routed:
    """A text stream that passes everything on to the one of the calling thread."""

    def __init__(self, own: TextIO, tell: Callable[[Exception], object] | None = None) -> None:
        self.own = cast(TextIO, Enduring(own, tell))  # the process's
        self._default = self.own
        self._local = threading.local()
        in_child(self._forked)

    @property
    def target(self) -> TextIO:
        """Where the calling thread prints."""
        return getattr(self._local, "stream", None) or self._default

    def write(self, text: str) -> int:
        return self.target.write(text)

    def flush(self) -> None:
        self.target.flush()

    def close(self) -> None:
        """Stays open: users' code may close sys.stdout, and others go on printing."""
        self.flush()

    def writelines(self, lines: Iterable[str]) -> None:
        self.target.writelines(lines)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)

    @contextmanager
    def for_this_thread(self, stream: TextIO) -> Iterator[None]:
        """What this thread prints inside goes to that stream."""
        before = getattr(self._local, "stream", None)
        self._local.stream = stream
        try:
            yield
        finally:
            self._local.stream = before

    @contextmanager
    def for_others(self, stream: TextIO) -> Iterator[None]:
        """What threads print that have no stream of their own goes there."""
        before = self._default
        self._default = stream
        try:
            yield
        finally:
            self._default = before

    def _forked(self) -> None:
        """In a forked child there are no consoles, and no prompt to print above."""
        self._default, self._local = self.own, threading.local()


def _tell_lost(error: Exception) -> None:
    log.warning("stdout: %s: what is printed there is lost", reason(error))


def route() -> tuple[Routed, Routed]:
    """Put a Routed in place of sys.stdout and sys.stderr, once."""
    if not isinstance(sys.stdout, Routed):
        sys.stdout = cast(TextIO, Routed(sys.stdout, _tell_lost))
    if not isinstance(sys.stderr, Routed):
        sys.stderr = cast(TextIO, Routed(sys.stderr))
    return cast(Routed, sys.stdout), cast(Routed, sys.stderr)
