"""The log as people see it: stderr of the process, and every attached console that asks for it (eltc). Any thread."""

from __future__ import annotations

import logging
import threading

from pydevpva.shell.output import Output


class Log(logging.Handler):
    """Shows each entry, as it is, on all consoles that want it. A console that is slow loses entries, nobody waits."""

    def __init__(self) -> None:
        super().__init__()
        self._consoles: list[Output] = []
        self._changes = threading.Lock()

    def add(self, console: Output) -> None:
        """Show the log on this console too."""
        with self._changes:
            self._consoles = [*self._consoles, console]

    def remove(self, console: Output) -> None:
        """No longer show the log there."""
        with self._changes:
            self._consoles = [c for c in self._consoles if c is not console]

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.show(self.format(record))
        except Exception:
            self.handleError(record)

    def show(self, text: str) -> None:
        """Show a line."""
        for console in self._consoles:
            if console.shows_log:
                console.show_log(text)
