"""What caPutLogInit and its sisters make and change: the two logs for servers, and what holds for them before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydevpva.log_client import LogClient
from pydevpva.serving.put_log.burst import Summary
from pydevpva.serving.put_log.json_line import json_line
from pydevpva.serving.put_log.plain_line import TIME_FORMAT, plain_line
from pydevpva.serving.put_log.put_log import PutLog
from pydevpva.serving.put_log.server_log import TIMEOUT, ServerLog

log = logging.getLogger(__name__)

IntoRecord = Callable[[str], object]


@dataclass(slots=True)
class ServerLogs:
    """The logs for servers of one IOC, None until they are made. The shell's thread, but for the making of lines."""

    put_log: PutLog
    time_format: str = TIME_FORMAT
    metadata: dict[str, str] = field(default_factory=dict)
    burst_seconds: float = TIMEOUT
    json_burst_seconds: float = TIMEOUT
    plain: ServerLog | None = None
    json: ServerLog | None = None

    def open_plain(
        self, clients: Sequence[LogClient], config: int, timeout: float, into_record: IntoRecord | None
    ) -> None:
        """Lines of text from now on."""
        burst = (config, timeout if timeout > 0 else self.burst_seconds, True)
        self.plain = ServerLog(clients, burst, self._plain_line, into_record)
        self.put_log.add(self.plain)

    def open_json(
        self, clients: Sequence[LogClient], config: int, timeout: float, into_record: IntoRecord | None
    ) -> None:
        """Lines of JSON from now on."""
        burst = (config, timeout if timeout > 0 else self.json_burst_seconds, False)
        self.json = ServerLog(clients, burst, self._json_line, into_record)
        self.put_log.add(self.json)

    def _plain_line(self, summary: Summary) -> str:
        line, cut = plain_line(summary, self.time_format)
        if cut:
            log.warning("caPutLog: message truncated")
        return line

    def _json_line(self, summary: Summary) -> str:
        return json_line(summary, dict(self.metadata))
