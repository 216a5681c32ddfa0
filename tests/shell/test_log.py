"""The log when nobody takes what it prints."""

from __future__ import annotations

import logging
import threading

from pydevpva.shell.entries import Entry
from pydevpva.shell.log import MOST_WAITING, Log
from pydevpva.shell.output import Output

PATIENCE = 20.0


class Stopped(Output):
    """A console that takes nothing until `go`, as a terminal after Ctrl-S."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.end, self.lines = threading.Event(), threading.Event(), list[str]()

    def show_log(self, entry: Entry) -> None:
        assert self.go.wait(PATIENCE)
        self.lines.append(entry.text)
        if entry.text == "end":
            self.end.set()


def test_a_stopped_terminal_holds_up_nobody_and_is_told_later_what_was_lost() -> None:
    console, log = Stopped(), Log()
    log.add(console)
    for number in range(MOST_WAITING + 500):
        log.handle(logging.makeLogRecord({"msg": f"line {number}"}))
    assert console.lines == []
    console.go.set()
    while log._entries.qsize():
        pass
    log.show(Entry(logging.INFO, 0.0, "end"))
    assert console.end.wait(PATIENCE)
    assert console.lines[:2] == ["line 0", "499 entries of the log were lost: a console did not take them"]
    assert console.lines[-1] == "end"


def test_an_entry_is_there_before_what_is_printed_next() -> None:
    console, log = Stopped(), Log()
    console.go.set()
    log.add(console)
    for number in range(100):
        log.show(Entry(logging.INFO, 0.0, str(number)))
        assert console.lines[-1] == str(number)
