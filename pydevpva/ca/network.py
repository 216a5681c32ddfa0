"""Network: the one thread that waits for all sockets of the server, and for its timers."""

from __future__ import annotations

import heapq
import itertools
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger(__name__)

Ready = Callable[[int], None]


class Network:
    """All methods but `start`, `call`, `stop` and `close` are its thread's own."""

    def __init__(self, checks_addresses: bool = False) -> None:
        self.checks_addresses = checks_addresses  # asCheckClientIP: a client is its address, not what it says
        self._selector = selectors.DefaultSelector()
        self._calls: deque[Callable[[], object]] = deque()
        self._woken = False
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="ca", daemon=True)
        self.watch(self._wake, selectors.EVENT_READ, self._awake)

    def start(self) -> None:
        """Begin; before, whoever makes it may use it."""
        self._thread.start()

    def call(self, work: Callable[[], object]) -> None:
        """Run work() on the thread, soon; from any thread."""
        self._calls.append(work)
        if not self._woken:
            self._woken = True
            with suppress(OSError):  # full: it wakes all the same
                self._waker.send(b"\0")

    def after(self, seconds: float, work: Callable[[], object]) -> None:
        """Run work() once, so many seconds from now."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), work))

    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Call ready(events) when the socket is ready for one of these; for none of them not at all."""
        known = sock in self._selector.get_map()
        if not events:
            if known:
                self._selector.unregister(sock)
        elif known:
            self._selector.modify(sock, events, ready)
        else:
            self._selector.register(sock, events, ready)

    def forget(self, sock: socket.socket) -> None:
        """Watch it no more; before it is closed."""
        with suppress(KeyError, ValueError):
            self._selector.unregister(sock)

    def stop(self, timeout: float) -> None:
        """End the thread, and close what it watches; from any other thread."""
        self._closing = True
        self.call(_nothing)
        if self._thread.is_alive():
            self._thread.join(timeout)
        self.close()

    def close(self) -> None:
        """Close all sockets that are watched; also in a forked child, which has the descriptors but not the thread."""
        for key in list(self._selector.get_map().values()):
            with suppress(OSError, AttributeError):
                key.fileobj.close()  # type: ignore[union-attr]
        self._waker.close()
        self._selector.close()

    # ---- its thread ----

    def _run(self) -> None:
        while not self._closing:
            for key, events in self._selector.select(self._patience()):
                self._do(key.data, events)
            while self._calls:
                self._do(self._calls.popleft())
            self._run_timers()

    def _do(self, work: Callable[..., object], *args: object) -> None:
        try:
            work(*args)
        except Exception:
            log.exception("internal error on the ca thread in %r", work)

    def _awake(self, events: int) -> None:
        with suppress(OSError):
            self._wake.recv(1000)
        self._woken = False

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
