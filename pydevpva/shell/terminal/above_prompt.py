"""A stream that prints above the line being typed, and straight to the terminal while nobody types. Any thread."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from prompt_toolkit.application import Application


class AbovePrompt:
    """Passes text to `stream`; while a prompt is shown, whole lines, with the prompt taken away and drawn anew.

    prompt_toolkit's own patch_stdout knows one prompt for each process, and we may have several.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._app: Application[Any] | None = None
        self._context = contextvars.copy_context()
        self._lock = threading.RLock()
        self._held = ""  # a line that has not ended
        self._ready: list[str] = []

    @contextmanager
    def prompting(self, app: Application[Any]) -> Iterator[None]:
        """This application shows a prompt inside; on the thread that runs it."""
        self._context = contextvars.copy_context()
        self._app = app
        try:
            yield
        finally:
            with self._lock:
                self._app = None
                self._ready.append(self._held)
                self._held = ""
                self._drain()

    def write(self, text: str) -> int:
        with self._lock:
            loop = self._app.loop if self._app is not None else None
            if loop is None:
                self._stream.write(text)
                return len(text)
            lines, end, rest = (self._held + text).rpartition("\n")
            self._held = rest
            if end:
                self._ready.append(lines + end)
                if len(self._ready) == 1:
                    try:
                        loop.call_soon_threadsafe(self._show, context=self._context)
                    except RuntimeError:  # the prompt has just ended
                        self._drain()
        return len(text)

    def flush(self) -> None:
        if self._app is None:
            self._stream.flush()

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _show(self) -> None:
        from prompt_toolkit.application import run_in_terminal

        run_in_terminal(self._drain)

    def _drain(self) -> None:
        with self._lock:
            text = "".join(self._ready)
            self._ready.clear()
            if text:
                self._stream.write(text)
                self._stream.flush()
