"""The log when nobody takes what it prints."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pydevpva.shell.process.log import MOST_WAITING, Log
from pydevpva.shell.process.log_entries import Entry
from pydevpva.shell.process.printing import Output

PATIENCE = 20.0
LOGS = "pydev(\"logging.getLogger('pydevpva').error('one' + chr(10) + 'two')\")\n"


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


def test_entries_have_the_time_and_the_level_and_in_the_journal_a_priority_for_each_line() -> None:
    entry = Entry(logging.WARNING, 1_700_000_000.9996, "first\nsecond")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(1_700_000_000))
    assert entry.dated() == f"{stamp}.999 WARNING first\nsecond"
    assert entry.for_journal() == "<4>first\n<4>second"


@pytest.mark.parametrize("journal", [False, True])
def test_the_log_on_stderr(journal: bool, tmp_path: Path) -> None:
    (tmp_path / "st.cmd").write_text('errlog "by hand"\npydev("import logging")\n' + LOGS)
    with (tmp_path / "err").open("wb") as err:
        found = os.fstat(err.fileno())
        environment = {**os.environ, "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}" if journal else ""}
        words = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()", "st.cmd"]
        subprocess.run(words, cwd=tmp_path, env=environment, stdin=-3, stdout=-3, stderr=err, timeout=60, check=True)
    lines = (tmp_path / "err").read_text().splitlines()
    if journal:
        assert lines == ["<6>by hand", "<3>one", "<3>two"]
    else:
        stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"
        assert re.fullmatch(f"{stamp} INFO by hand\n{stamp} ERROR one\ntwo", "\n".join(lines)), lines
