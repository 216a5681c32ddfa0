"""Outgoing: what waits to leave by one socket. Any thread may add and send; nobody waits for the socket."""

from __future__ import annotations

import socket
import threading
from collections import deque

CHUNK = 1 << 16  # bytes that are sent in one call, when they come in smaller pieces


class Outgoing:
    """Bytes in the order in which they were added. `size` are those that have not left."""

    __slots__ = ("_lock", "_parts", "_sending", "_socket", "broken", "sent", "size")

    def __init__(self, socket: socket.socket) -> None:
        self._socket = socket
        self._lock = threading.Lock()  # held for a few assignments, never while bytes are sent
        self._parts: deque[bytes | memoryview] = deque()
        self._sending = False
        self.size = self.sent = 0
        self.broken = False  # the client is gone

    def add(self, data: bytes) -> None:
        """To be sent after all that was added before."""
        with self._lock:
            self._parts.append(data)
            self.size += len(data)

    def send(self) -> bool:
        """Send as much as the socket takes. False: it is full, or broken; the thread of the network goes on then.

        While one thread sends, another returns at once: the first sends what was added meanwhile, too.
        """
        data = self._begin()
        while data is not None:
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                self.broken = True
                return False
            is_full = sent < len(data)
            data = self._finish(data, sent)
            if is_full:
                return False
        return not self.broken

    def _begin(self) -> bytes | memoryview | None:
        with self._lock:
            parts = self._parts
            if self._sending or not parts or self.broken:
                return None
            self._sending = True
            return self._next()

    def _finish(self, data: bytes | memoryview, sent: int) -> bytes | memoryview | None:
        """What is to be sent next; None: nothing now, and others may send."""
        with self._lock:
            self.size -= sent
            self.sent += sent
            if sent < len(data):
                self._parts.appendleft(memoryview(data)[sent:])
            elif self._parts:
                return self._next()
            self._sending = False
            return None

    def _next(self) -> bytes | memoryview:
        """What is sent in one call."""
        parts = self._parts
        first = parts.popleft()
        if len(first) >= CHUNK or not parts:
            return first
        taken, size = [first], len(first)
        while parts and size < CHUNK:
            taken.append(part := parts.popleft())
            size += len(part)
        return b"".join(taken)
