"""Text streams that take every write: what cannot be written is lost, and said. Any thread.

A disk that is full, a pipe whose reader has left, a file that was closed: none is a reason to end an IOC, to leave the
rest of its startup undone, or to give a record an alarm because its code prints.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TextIO, cast

STANDARD = (0, 1, 2)


class Enduring:
    """Passes everything on to a stream. `failure` is the first error of that; tell(failure) is called once."""

    def __init__(self, stream: TextIO, tell: Callable[[Exception], object] | None = None) -> None:
        self.stream = stream
        self.failure: Exception | None = None
        self._tell = tell

    def write(self, text: str) -> int:
        try:
            self._try(self.stream.write, text)
        except UnicodeEncodeError:
            self._try(self.stream.write, text.encode("utf-8", "backslashreplace").decode())
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._try(self.stream.flush)

    def close(self) -> None:
        self._try(self.stream.close)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def _try(self, work: Callable[..., object], *args: object) -> None:
        try:
            work(*args)
        except UnicodeEncodeError:
            raise
        except (OSError, ValueError) as error:  # ValueError: the file is closed
            if self.failure is None:
                self.failure = error
                if self._tell is not None:
                    self._tell(error)


class Foreign(Enduring):
    """A stream that users' code has put in the place of stdout or stderr: None, or what fails in any way."""

    def write(self, text: str) -> int:
        with suppress(Exception):
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(Exception):
            self.stream.flush()

    def isatty(self) -> bool:
        return False


def standard(stream: TextIO | None, own: type) -> TextIO:
    """sys.stdout or sys.stderr as a stream that takes every write; one of class `own` is such a stream."""
    if isinstance(stream, own):
        return stream  # type: ignore[return-value]
    return cast(TextIO, Foreign(_nowhere() if stream is None else stream))


def reason(error: Exception) -> str:
    """What the system says: "No space left on device"."""
    return str(getattr(error, "strerror", None) or error)


def open_standard_streams() -> None:
    """Stand-ins for stdin, stdout and stderr where the process was started without: what is opened next, a socket of
    a client, would get their numbers, and what C code prints."""
    for descriptor in STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()


@functools.cache
def _nowhere() -> TextIO:
    return cast(TextIO, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
