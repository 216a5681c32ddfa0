"""Network: the one thread that waits for all sockets of the server, and for its timers."""

from __future__ import annotations

import heapq
import itertools
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from pydevpva.sockets import Ready, Sockets
from pydevpva.threads import show_name

log = logging.getLogger(__name__)


class Network:
    """All methods but `start`, `call`, `stop` and `close` are its thread's own."""

    def __init__(self, checks_addresses: bool = False) -> None:
        self.checks_addresses = checks_addresses  # asCheckClientIP: a client is its address, not what it says
        self._sockets = Sockets()
        self._calls: deque[Callable[[], object]] = deque()
        self._rung = False  # since `_calls` were looked at
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="ca", daemon=True)

    def start(self) -> None:
        """Begin; before, whoever makes it may use it."""
        self._thread.start()

    def call(self, work: Callable[[], object]) -> None:
        """Run work() on the thread, soon; from any thread that no console's Ctrl-C reaches."""
        self._calls.append(work)
        if not self._rung:  # one bell for the updates of a thousand clients
            self._rung = True
            self._sockets.ring()

    def after(self, seconds: float, work: Callable[[], object]) -> None:
        """Run work() once, so many seconds from now."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), work))

    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Call ready(events) when the socket is ready for one of these; for none of them not at all."""
        self._sockets.watch(sock, events, ready)

    def forget(self, sock: socket.socket) -> None:
        """Watch it no more; before it is closed."""
        self._sockets.forget(sock)

    def stop(self, timeout: float) -> None:
        """End the thread, and close what it watches; from any other thread."""
        self._closing = True
        self.call(_nothing)
        if self._thread.is_alive():
            self._thread.join(timeout)
        while self._calls:
            self._do(self._calls.popleft())
        self.close()

    def close(self) -> None:
        """Close all sockets that are watched; also in a forked child, which has the descriptors but not the thread."""
        self._sockets.close()

    # ---- its thread ----

    def _run(self) -> None:
        show_name("ca")
        while not self._closing:
            for ready in self._sockets.wait(self._patience()):
                self._do(ready)
            self._rung = False
            while self._calls:
                self._do(self._calls.popleft())
            self._run_timers()

    def _do(self, work: Callable[..., object], *args: object) -> None:
        try:
            work(*args)
        except Exception:
            log.exception("internal error on the ca thread in %r", work)

    def _patience(self) -> float | None:
        if self._calls:
            return 0.0
        return max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None

    def _run_timers(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            self._do(heapq.heappop(self._timers)[2])


def _nothing() -> None:
    """What wakes the thread."""
