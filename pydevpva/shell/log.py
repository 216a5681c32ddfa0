"""The log as people see it: stderr of the process, and every attached console that asks for it (eltc). Any thread.

A thread of its own writes it, as EPICS's errlog does: a terminal stopped with Ctrl-S, or a pipe that nobody empties,
must hold up nobody but this thread.
"""

from __future__ import annotations

import logging
import queue
import threading

from pydevpva.shell.output import Output

MOST_WAITING = 1000  # entries; beyond, they are dropped and counted
PATIENCE = 0.1  # seconds that an entry's thread lets the writer have, so that it comes before what is printed next


class Log(logging.Handler):
    """Shows each entry, as it is, on all consoles that want it. A console that is slow loses entries, nobody waits."""

    def __init__(self) -> None:
        super().__init__()
        self._consoles: list[Output] = []
        self._changes = threading.Lock()
        self._entries: queue.SimpleQueue[tuple[str, threading.Event]] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._stuck = False  # the writer did not come through in time; nobody waits for it until it does
        self._dropped = 0

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
        """Show a line: at once, unless a console does not take it."""
        if self._entries.qsize() >= MOST_WAITING:
            self._dropped += 1
            return
        self._start_writer()
        shown = threading.Event()
        self._entries.put((text, shown))
        if not self._stuck and not shown.wait(PATIENCE):
            self._stuck = True

    def _start_writer(self) -> None:
        if self._writer is None:
            with self._changes:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write, name="log", daemon=True)
                    self._writer.start()

    def _write(self) -> None:
        while True:
            text, shown = self._entries.get()
            dropped, self._dropped = self._dropped, 0
            if dropped:
                self._write_one(f"{dropped} entries of the log were lost: a console did not take them")
            self._write_one(text)
            shown.set()
            if self._stuck and not self._entries.qsize():
                self._stuck = False

    def _write_one(self, text: str) -> None:
        for console in self._consoles:
            if console.shows_log:
                try:
                    console.show_log(text)
                except Exception:  # a closed stderr; there is nobody to tell
                    continue
