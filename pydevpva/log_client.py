"""LogClient: lines to a log server over TCP, as libCom's logClient sends them; it never makes anybody wait.

A thread of its own connects, again and again, and sends. While the server is down or slow lines wait here, up to
`most_waiting`; what is beyond is dropped, and counted.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from collections import deque

from pydevpva.errors import PydevpvaError

log = logging.getLogger(__name__)

MOST_WAITING = 10_000  # lines
CONNECT_SECONDS = 3.0
RETRY_SECONDS = 2.0
STEP_SECONDS = 0.2  # between two looks whether it shall end


def parse_address(text: str, port: int) -> tuple[str, int]:
    """(host, port) of "host[:port]". PydevpvaError for a host that nobody knows, and for a port that is none."""
    host, colon, given = text.partition(":")
    if colon and not (given.isdecimal() and 0 < int(given) < 65536):
        raise PydevpvaError(f"{text}: {given!r} is no port; a log server is host[:port], port {port} without")
    try:
        return socket.gethostbyname(host), int(given) if colon else port
    except (OSError, UnicodeError) as error:
        raise PydevpvaError(f"{text}: host {host!r} is not known: {error}") from None


class LogClient:
    """One server. `send` from any thread; the counts may be read from any thread."""

    def __init__(self, host: str, port: int, most_waiting: int = 0) -> None:
        """`most_waiting`: lines, where that is more than MOST_WAITING."""
        self.address, self._most_waiting = (host, port), max(MOST_WAITING, most_waiting)
        self.sent = self.lost = self.connects = 0
        self.connected = False
        self._lines: deque[bytes] = deque()
        self._change = threading.Condition()
        self._ends_at: float | None = None
        self._told = False  # that it cannot be reached
        self._thread = threading.Thread(target=self._run, name=f"log client {self}", daemon=True)
        self._thread.start()

    def __str__(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    @property
    def waiting(self) -> int:
        """Lines that have not been sent yet."""
        return len(self._lines)

    def send(self, line: str) -> None:
        """Send a line, whose newline is added here; never blocks for long."""
        with self._change:
            if len(self._lines) >= self._most_waiting or self._ends_at is not None:
                self.lost += 1
                return
            self._lines.append(encoded(line) + b"\n")
            self._change.notify()

    def close(self, timeout: float) -> int:
        """Send what waits, for at most `timeout` seconds; how many lines were never sent."""
        with self._change:
            self._ends_at = time.monotonic() + timeout
            self._change.notify()
        self._thread.join(timeout + STEP_SECONDS)
        return self.lost + self.waiting

    def state(self) -> str:
        """One line for people."""
        how = "connected to" if self.connected else "disconnected from"
        counts = f"{self.sent} lines sent, {self.waiting} waiting, {self.lost} lost, connect cycles = {self.connects}"
        return f"log client: {how} log server at '{self}': {counts}"

    # ---- its thread ----

    def _run(self) -> None:
        while not self._is_over():
            try:
                with socket.create_connection(self.address, CONNECT_SECONDS) as server:
                    self._serve(server)
            except OSError as error:
                self._tell(error)
            self.connected = False
            self._pause()

    def _is_over(self) -> bool:
        ends_at = self._ends_at
        return ends_at is not None and (not self._lines or time.monotonic() >= ends_at)

    def _serve(self, server: socket.socket) -> None:
        """Send lines until the server is gone, which is an OSError, or all is over."""
        server.settimeout(STEP_SECONDS)
        self.connected = True
        self.connects += 1
        if self._told:
            self._told = False
            log.info("log client: connected to log server at '%s'", self)
        while not self._is_over():
            with self._change:
                if not self._lines:
                    self._change.wait(STEP_SECONDS)
                line = self._lines[0] if self._lines else b""
            _check_alive(server)
            if line and self._send_whole(server, line):
                with self._change:
                    self._lines.popleft()
                    self.sent += 1

    def _send_whole(self, server: socket.socket, line: bytes) -> bool:
        """False: there was no time; the connection ends then, and half a line with it."""
        while line:
            try:
                line = line[server.send(line) :]
            except TimeoutError:
                if self._is_over():
                    return False
        return True

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            what = "lost" if self.connected else "failed to connect to"
            log.warning("log client: %s server '%s' because '%s'; lines wait", what, self, error.strerror or error)

    def _pause(self) -> None:
        with self._change:
            if self._ends_at is None:
                self._change.wait_for(lambda: self._ends_at is not None, RETRY_SECONDS)
        if self._ends_at is not None and not self._is_over():
            time.sleep(STEP_SECONDS / 10)


def encoded(line: str) -> bytes:
    """UTF-8, and bytes as they were; half a character of UTF-16, which users' texts may have, is a question mark."""
    try:
        return line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")


def _check_alive(server: socket.socket) -> None:
    """A server that has closed the connection would take one more line into nothing. What it sends is dropped."""
    while select.select([server], [], [], 0)[0]:
        if not server.recv(4096):
            raise ConnectionResetError(0, "the server closed the connection")
