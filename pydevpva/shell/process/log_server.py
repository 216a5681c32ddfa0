"""The log of the IOC at an iocLogServer (iocLogInit, iocLogPrefix). Lines are made on the log's thread."""

from __future__ import annotations

import logging

from pydevpva.log_client import LogClient
from pydevpva.shell.process.log_entries import Entry

END_SECONDS = 0.2  # that the last lines have at the end of the process


class LogServer:
    """Sends each line of an entry, with its level and the prefix; the server adds host and time."""

    def __init__(self) -> None:
        self.client: LogClient | None = None
        self.prefix = ""
        self.disabled = False

    @property
    def shows_log(self) -> bool:
        """Whether lines are sent."""
        return self.client is not None and not self.disabled

    def show_log(self, entry: Entry) -> None:
        """Send an entry; it waits while the server is away."""
        if self.client is not None:
            for line in f"{logging.getLevelName(entry.level)} {entry.text}".splitlines():
                self.client.send(self.prefix + line)

    def close(self) -> None:
        """Send what waits; at the end of the process."""
        if self.client is not None:
            self.client.close(END_SECONDS)
