"""ServerLog: the put log of the module caPutLog: summaries of bursts, as lines, to log servers and into a record.

On the put log's thread, but for `reconfigure` and the counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pydevpva.log_client import LogClient
from pydevpva.serving.put_log.burst import Burst, Summary
from pydevpva.serving.put_log.entry import Entry

TIMEOUT = 5.0  # seconds that a burst may pause, when nothing is said
MODES = {
    -1: "disabled",
    0: "default (on change, squash bursts)",
    1: "all (same value too, squash bursts)",
    2: "no filter (every single put)",
}


class ServerLog:
    """`line` makes the text of a summary; `into_record` gets it too."""

    def __init__(
        self,
        clients: Sequence[LogClient],
        burst: tuple[int, float, bool],
        line: Callable[[Summary], str],
        into_record: Callable[[str], object] | None = None,
    ) -> None:
        """`burst`: config, timeout and whether characters are merged, see Burst."""
        config, timeout, merges = burst
        self.clients = list(clients)
        self.count = 0  # of lines
        self._line, self._into_record = line, into_record
        self._burst = Burst(config, timeout, self._write, merges)

    @property
    def config(self) -> int:
        """What is logged, see Burst; -1: nothing."""
        return self._burst.config

    def reconfigure(self, config: int | None = None, timeout: float | None = None) -> None:
        """From the next put on; any thread. A timeout that is none leaves it as it was."""
        self._burst.config = self._burst.config if config is None else config
        self._burst.timeout = timeout if timeout is not None and timeout > 0 else self._burst.timeout

    def take(self, entry: Entry) -> None:
        """Puts that a rule traps, unless they were refused: those changed nothing and were never begun."""
        if self.config >= 0 and entry.trapped and (entry.error is None or entry.old != entry.new):
            self._burst.take(entry, time.monotonic())

    def seconds(self) -> float | None:
        return self._burst.seconds(time.monotonic())

    def tick(self) -> None:
        self._burst.expire(time.monotonic())

    def close(self, timeout: float) -> None:
        self._burst.expire(time.monotonic(), whatever=True)
        for client in self.clients:
            client.close(timeout)

    def _write(self, summary: Summary) -> None:
        line = self._line(summary)
        self.count += 1
        for client in self.clients:
            client.send(line)
        if self._into_record is not None:
            self._into_record(line)
