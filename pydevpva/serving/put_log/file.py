"""PutFile: each put and each refusal as a line of JSON in a file, without any server. On the put log's thread."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Callable
from datetime import datetime, timezone

from pydevpva.records.core.values import Scalar
from pydevpva.serving.put_log.entry import Entry
from pydevpva.serving.put_log.json_line import readable
from pydevpva.serving.put_log.value import Logged

log = logging.getLogger(__name__)


class PutFile:
    """Appends to a file, also to one that takes its name when another program has moved it away (logrotate).

    What cannot be written is counted, told once, and tried again with the next line.
    """

    def __init__(self, path: str, takes_all: Callable[[], bool]) -> None:
        """OSError: it cannot be written to. `takes_all`: no rule says TRAPWRITE, so every put is logged."""
        self.path = os.path.abspath(path)
        self.written = self.lost = 0
        self._takes_all = takes_all
        self._told = False  # that lines are lost
        self._torn = False  # the last line there has no end
        self._file = self._open()

    def take(self, entry: Entry) -> None:
        if not (entry.trapped or entry.error is not None or self._takes_all()):
            return
        try:
            self._write(readable(json.dumps(_plain(entry), ensure_ascii=False)) + "\n")
        except OSError as error:
            self._failed(error)

    def seconds(self) -> None:
        return None

    def tick(self) -> None:
        pass

    def close(self, timeout: float) -> None:
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def _write(self, line: str) -> None:
        self._follow()
        data = b"\n" * self._torn + line.encode()
        written = os.write(self._file, data)
        if written < len(data):
            self._torn = self._torn or written > 0
            raise OSError(0, "the disk took only a part of a line")
        self._torn = False
        self.written += 1
        if self.lost and self._told:
            self._told = False
            log.warning("put log: %s is written again; %d lines were lost", self.path, self.lost)

    def _failed(self, error: OSError) -> None:
        self.lost += 1
        if not self._told:
            self._told = True
            log.error("put log: %s: %s: lines are lost", self.path, error.strerror or error)

    def _follow(self) -> None:
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            found = None
        own = os.fstat(self._file)
        if found is None or (found.st_dev, found.st_ino) != (own.st_dev, own.st_ino):
            new = self._open()
            os.close(self._file)
            self._file, self._torn = new, False


def _plain(entry: Entry) -> dict[str, object]:
    stamp = datetime.fromtimestamp(entry.time / 1e9, timezone.utc).astimezone()
    outcome = "refused" if entry.error is not None else "completed" if entry.waited else "written"
    found: dict[str, object] = {
        "time": stamp.isoformat(timespec="milliseconds"),
        "user": entry.peer.account,
        "host": entry.peer.host,
        "protocol": entry.protocol,
        "pv": entry.name,
        "old": _value(entry.old),
        "new": _value(entry.new),
        "outcome": outcome,
    }
    if entry.sent is not None:
        found["sent"] = [_item(item) for item in entry.sent] if isinstance(entry.sent, list) else _item(entry.sent)
    return found if entry.error is None else {**found, "error": entry.error}


def _value(value: Logged) -> object:
    items = [_item(item) for item in value.items]
    is_scalar = value.size is None or value.dbf == "CHAR"
    return items[0] if is_scalar else items


def _item(item: Scalar) -> object:
    """JSON knows no NaN."""
    return item if not isinstance(item, float) or math.isfinite(item) else str(item)
