"""A Channel Access connection byte by byte: what no client of EPICS would send."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

from tests.ioc_process import PATIENCE

VERSION, EVENT_ADD, SEARCH, READ_NOTIFY, CREATE, WRITE_NOTIFY, ECHO = 0, 1, 6, 15, 18, 19, 23
EVENTS_OFF, EVENTS_ON, ERROR, NOT_FOUND, CLIENT_NAME, HOST_NAME, ACCESS_RIGHTS = 8, 9, 11, 14, 20, 21, 22
CREATE_FAILED, CLEAR, EVENT_CANCEL, READ = 26, 12, 2, 3


class Answer(NamedTuple):
    command: int
    type: int
    elements: int
    first: int
    second: int
    payload: bytes


def message(
    command: int, type: int = 0, count: int = 0, first: int = 0, second: int = 0, payload: bytes = b""
) -> bytes:
    payload = payload.ljust((len(payload) + 7) // 8 * 8, b"\0")
    return struct.pack(">HHHHII", command, len(payload), type, count, first, second) + payload


def subscription(sid: int, kind: int, number: int, mask: int = 5, count: int = 1) -> bytes:
    return message(EVENT_ADD, kind, count, sid, number, struct.pack(">fffHH", 0, 0, 0, mask, 0))


class Wire:
    """One connection; it has told its version, unless it shall not."""

    def __init__(self, port: int, version: int = 13, greets: bool = True) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._buffer = b""
        if greets:
            self.send(message(VERSION, 0, version))
            assert self.answer().command == VERSION

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> Answer:
        """The next message. EOFError: the server has closed the connection."""
        command, size, kind, count, first, second = struct.unpack(">HHHHII", self._take(16))
        if size == 0xFFFF:
            size, count = struct.unpack(">II", self._take(8))
        return Answer(command, kind, count, first, second, self._take(size))

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError
            self._buffer += data
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def until(self, command: int) -> Answer:
        """The next message of that command; others are left out."""
        while (answer := self.answer()).command != command:
            pass
        return answer

    def create(self, name: str, cid: int = 1) -> int:
        """Open a channel; the server's number for it."""
        self.send(message(CREATE, 0, 0, cid, 13, name.encode() + b"\0"))
        return self.until(CREATE).second

    def is_closed(self) -> bool:
        """Whether the server closes the connection, whatever it says before."""
        try:
            while True:
                self.answer()
        except (EOFError, ConnectionError):
            return True
        except TimeoutError:
            return False

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
