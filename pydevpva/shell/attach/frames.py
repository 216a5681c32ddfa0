"""What travels between an attached terminal and the IOC: a letter, a length, that many bytes. No thread, no state."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

HELLO, TYPED, WINDOW, INTERRUPT, END = b"h", b"d", b"w", b"c", b"q"  # from the terminal
READY, OUT, ERR, STATUS = b"r", b"o", b"e", b"x"  # to it; READY comes first, and at once
HEAD = struct.Struct("!cI")
LONGEST = 1 << 20
REFUSAL_SECONDS = 0.5


class BadFrame(Exception):
    """The other end speaks something else."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame as bytes."""
    return HEAD.pack(kind, len(payload)) + payload


def refuse(connection: socket.socket, text: str) -> None:
    """Tell a terminal that it cannot be served, and close."""
    with connection, suppress(OSError):
        connection.settimeout(REFUSAL_SECONDS)
        connection.sendall(frame(ERR, f"{text}\n".encode()) + frame(STATUS, b"2"))


class Frames:
    """Takes frames out of a stream of bytes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(kind, payload) of each frame that is complete now. Raises BadFrame."""
        self._rest += received
        while len(self._rest) >= HEAD.size:
            kind, length = HEAD.unpack_from(self._rest)
            if length > LONGEST:
                raise BadFrame
            end = HEAD.size + length
            if len(self._rest) < end:
                return
            payload, self._rest = self._rest[HEAD.size : end], self._rest[end:]
            yield kind, payload


def received(connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """The frames of a connection until it ends, however it ends."""
    frames = Frames()
    try:
        while data := connection.recv(65536):
            yield from frames.feed(data)
    except (OSError, BadFrame):
        return
