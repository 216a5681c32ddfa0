"""One entry of the log: when, how grave, what; and how it is written for people, programs, and systemd's journal."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from datetime import datetime, timezone

PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))  # of syslog, which the journal takes


@dataclass(frozen=True, slots=True)
class Entry:
    """`time` in seconds since 1970, `level` as Python's logging has them; `source`: the part of pydevpva that tells."""

    level: int
    time: float
    text: str
    has_time: bool = True
    source: str = ""

    def dated(self) -> str:
        """ "2026-11-28 21:16:16.123 WARNING text": local time; further lines, such as a traceback's, as they are."""
        if not self.has_time:
            return self.text
        milliseconds = int(self.time * 1000)
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(milliseconds // 1000))
        return f"{stamp}.{milliseconds % 1000:03d} {logging.getLevelName(self.level)} {self.text}"

    def for_journal(self) -> str:
        """ "<4>text", for each line: the journal has times of its own, and takes a line for an entry."""
        return "\n".join(f"<{self.priority}>{line}" for line in self.text.splitlines() or [""])

    def as_json(self) -> str:
        """An object with time, level, source and text, in one line however many lines the text has."""
        time_of_day = datetime.fromtimestamp(self.time, timezone.utc).astimezone().isoformat(timespec="milliseconds")
        level = logging.getLevelName(self.level)
        found = {"time": time_of_day, "level": level, "source": self.source, "text": self.text}
        return json.dumps(found, ensure_ascii=False)

    @property
    def priority(self) -> int:
        """Its level as syslog and the journal have it."""
        return next((number for level, number in PRIORITIES if self.level >= level), 7)


def for_people(entry: Entry, is_in_journal: bool) -> str:
    """What stderr gets."""
    return entry.for_journal() if is_in_journal else entry.dated()


def for_programs(entry: Entry, is_in_journal: bool) -> str:
    """What stderr gets with --log-json."""
    return f"<{entry.priority}>{entry.as_json()}" if is_in_journal else entry.as_json()


def is_journal(descriptor: int) -> bool:
    """Whether systemd has connected this descriptor to its journal."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
