"""Sockets of the RecCaster: each wait for one ends also when the IOC does. On the RecCaster's thread, but for `end`."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress

from pydevpva.forks import in_child
from pydevpva.recsync import messages

LARGEST = 1 << 20  # bytes: no server says so much
PIECE = 4096


class Ended(Exception):
    """The IOC ends."""


class Lost(Exception):
    """Why the server is gone."""


class Waiter:
    """Waits for sockets until `end` is called."""

    def __init__(self) -> None:
        self._here, self._there = socket.socketpair()
        self.ended = False
        in_child(self.close)

    def end(self) -> None:
        """From any thread: no wait goes on."""
        self.ended = True
        with suppress(OSError):  # it has been closed
            self._there.send(b"!")

    def readable(self, sock: socket.socket | None, seconds: float | None) -> bool:
        """Wait until there is something to read; False when there is not in that time. Raises Ended."""
        return self._wait(sock, select.POLLIN, seconds)

    def writable(self, sock: socket.socket, seconds: float) -> bool:
        """The same for writing."""
        return self._wait(sock, select.POLLOUT, seconds)

    def _wait(self, sock: socket.socket | None, what: int, seconds: float | None) -> bool:
        poll = select.poll()
        poll.register(self._here, select.POLLIN)
        if sock is not None:
            poll.register(sock, what)
        found = dict(poll.poll(None if seconds is None else max(0.0, seconds) * 1e3))
        if self.ended or self._here.fileno() in found:
            raise Ended
        return bool(found)

    def close(self) -> None:
        """Nobody waits any more; in a forked child nobody ever does."""
        self._here.close()
        self._there.close()


class Connection:
    """TCP to a RecCeiver. Raises Lost, Ended; `timeout` in seconds for each step."""

    def __init__(self, waiter: Waiter, server: messages.Server, timeout: float) -> None:
        self._waiter, self.timeout = waiter, timeout
        self._sock = sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._unread = b""
        sock.setblocking(False)
        in_child(sock.close)
        try:
            self._connect(server)
        except BaseException:
            sock.close()
            raise

    def _connect(self, server: messages.Server) -> None:
        self._sock.connect_ex((server.address, server.port))  # what it comes to is told later
        if not self._waiter.writable(self._sock, self.timeout):
            raise Lost("Failed to connect: no answer")
        error = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise Lost(f"Failed to connect ({error})")

    def send(self, data: bytes) -> None:
        """All of it."""
        left = memoryview(data)
        while left:
            if not self._waiter.writable(self._sock, self.timeout):
                raise Lost("RecCaster server timeout")
            try:
                left = left[self._sock.send(left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Lost(f"connection lost: {error.strerror}") from None

    def receive(self) -> tuple[int, bytes]:
        """Kind and body of the next message."""
        end = time.monotonic() + self.timeout
        magic, kind, length = messages.HEADER.unpack(self._exactly(messages.HEADER.size, end))
        if magic != messages.MAGIC or length > LARGEST:
            raise Lost("what came is no message of a RecCeiver")
        return kind, self._exactly(length, end)

    def _exactly(self, size: int, end: float) -> bytes:
        while len(self._unread) < size:
            if not self._waiter.readable(self._sock, end - time.monotonic()):
                raise Lost("RecCaster server timeout")
            try:
                data = self._sock.recv(PIECE)
            except BlockingIOError:
                continue
            except OSError as error:
                raise Lost(f"connection lost: {error.strerror}") from None
            if not data:
                raise Lost("connection closed by peer")
            self._unread += data
        found, self._unread = self._unread[:size], self._unread[size:]
        return found

    def close(self) -> None:
        self._sock.close()
