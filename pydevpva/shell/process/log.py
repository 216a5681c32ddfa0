"""The log as people see it: stderr of the process, and every attached console that asks for it (eltc). Any thread.

A thread of its own writes it, as EPICS's errlog does: a terminal stopped with Ctrl-S, or a pipe that nobody empties,
must hold up nobody but this thread.
"""

from __future__ import annotations

import logging
import queue
import threading
from typing import Protocol

from pydevpva.forks import in_child
from pydevpva.shell.process.log_entries import Entry

MOST_WAITING = 1000  # entries; beyond, they are dropped and counted
AT_LOAD = "pydevpva.load"  # what is said of a file stands among the errors of its command, and is written as they are
PATIENCE = 0.1  # seconds that an entry's thread lets the writer have, so that it comes before what is printed next


class Console(Protocol):
    """Whoever is shown the log: a shell, a log server."""

    @property
    def shows_log(self) -> bool:
        """Whether it wants it now."""

    def show_log(self, entry: Entry) -> None:
        """Show an entry; on the log's thread."""


class Log(logging.Handler):
    """Shows each entry on all consoles that want it. A console that is slow loses entries, nobody waits."""

    def __init__(self) -> None:
        super().__init__()
        self._consoles: list[Console] = []
        self._changes = threading.Lock()
        self._entries: queue.SimpleQueue[tuple[Entry, threading.Event]] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._stuck = False  # the writer did not come through in time; nobody waits for it until it does
        self._dropped = 0
        self._in_child = False
        in_child(self._forked)

    def add(self, console: Console) -> None:
        """Show the log on this console too."""
        with self._changes:
            self._consoles = [*self._consoles, console]

    def remove(self, console: Console) -> None:
        """No longer show the log there."""
        with self._changes:
            self._consoles = [c for c in self._consoles if c is not console]

    def emit(self, record: logging.LogRecord) -> None:
        try:
            dated = record.name != AT_LOAD
            self.show(Entry(record.levelno, record.created, self.format(record), dated, record.name))
        except Exception:
            self.handleError(record)

    def show(self, entry: Entry) -> None:
        """Show an entry: at once, unless a console does not take it."""
        if not self._has_writer():
            self._write_one(entry)
            return
        if self._entries.qsize() >= MOST_WAITING:
            self._dropped += 1
            return
        shown = threading.Event()
        self._entries.put((entry, shown))
        if not self._stuck and not shown.wait(PATIENCE):
            self._stuck = True

    def start(self) -> None:
        """Start the writer: before users' code, which may use up the threads."""
        self._has_writer()

    def _has_writer(self) -> bool:
        writer = self._writer
        if writer is not None and writer.is_alive():
            return True
        if self._in_child:
            return False
        with self._changes:
            if self._writer is writer:
                self._writer = threading.Thread(target=self._write, name="log", daemon=True)
                try:
                    self._writer.start()
                except RuntimeError:  # no thread is left
                    self._writer = None
            return self._writer is not None

    def _write(self) -> None:
        while True:
            entry, shown = self._entries.get()
            dropped, self._dropped = self._dropped, 0
            if dropped:
                lost = f"{dropped} entries of the log were lost: a console did not take them"
                self._write_one(Entry(logging.WARNING, entry.time, lost))
            self._write_one(entry)
            shown.set()
            if self._stuck and not self._entries.qsize():
                self._stuck = False

    def _write_one(self, entry: Entry) -> None:
        for console in self._consoles:
            if console.shows_log:
                try:
                    console.show_log(entry)
                except BaseException:  # a closed stderr; there is nobody to tell, and this thread has to go on
                    continue

    def _forked(self) -> None:
        """In a forked child, which has no writer: each thread writes for itself, to the process's stderr."""
        self._in_child, self._writer, self._changes = True, None, threading.Lock()
        self._consoles = self._consoles[:1]


class _AlwaysOn(logging.Logger):
    """A logger that dictConfig and fileConfig do not switch off, as they do with all that were made before."""

    @property
    def disabled(self) -> bool:
        return False

    @disabled.setter
    def disabled(self, value: bool) -> None:
        pass


def always_on() -> None:
    """Users' code configures its own logging, and ours goes on telling what is wrong with it."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.split(".")[0] == "pydevpva" and type(logger) is logging.Logger:
            logger.__class__ = _AlwaysOn
