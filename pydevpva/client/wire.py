"""As much of PVAccess's bytes as asking a server for its names takes: p4p has no way to address one server.

Follows pvAccess Protocol Specification: messages, introspection data, statuses. No thread; little-endian is sent.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

from pydevpva.client.reading import ClientError

MAGIC, VERSION = 0xCA, 2
SEARCH, SEARCH_RESPONSE, VALIDATION, VALIDATED, CREATE_CHANNEL, RPC = 3, 4, 1, 9, 7, 20
_CONTROL, _SEGMENT, _BIG = 0x01, 0x30, 0x80
_FIRST, _LAST = 0x10, 0x20
STRUCT, UNION, STRUCT_ARRAY, UNION_ARRAY, STRING, STRING_ARRAY, BOUNDED = 0x80, 0x81, 0x88, 0x89, 0x60, 0x68, 0x83
_NONE, _CACHED, _CACHE = 0xFF, 0xFE, 0xFD
MOST_BYTES = 256 * 1024 * 1024


def message(command: int, payload: bytes) -> bytes:
    """A client's message."""
    return struct.pack("<BBBBI", MAGIC, VERSION, 0, command, len(payload)) + payload


def text(value: str) -> bytes:
    """A string: its size, its UTF-8."""
    raw = value.encode()
    return (bytes([len(raw)]) if len(raw) < 254 else struct.pack("<BI", 254, len(raw))) + raw


class Bytes:
    """A message's payload, read from its beginning. ClientError: there is less than was announced."""

    def __init__(self, raw: bytes, order: str) -> None:
        self.raw, self.order, self.at = raw, order, 0

    def take(self, count: int) -> bytes:
        part = self.raw[self.at : self.at + count]
        if len(part) < count:
            raise ClientError("the server's answer is cut off")
        self.at += count
        return part

    def number(self, code: str) -> int:
        """An integer, by its code of struct."""
        value: int = struct.unpack(self.order + code, self.take(struct.calcsize(code)))[0]
        return value

    def size(self) -> int:
        """A size; that of nothing is 0."""
        first = self.number("B")
        return self.number("I") if first == 254 else 0 if first == 255 else first

    def text(self) -> str:
        return self.take(self.size()).decode("utf-8", "replace")

    def status(self) -> None:
        """ClientError: it says that something failed."""
        kind = self.number("B")
        if kind == 0xFF:
            return
        what, _stack = self.text(), self.text()
        if kind > 1:
            raise ClientError(what or "refused")

    def description(self) -> list[int]:
        """The types of a structure's members in their order; what is in them is passed over."""
        code = self.number("B")
        if code == _CACHE:
            self.take(2)
            return self.description()
        if code in (STRUCT, UNION):
            self.text()
            codes = []
            for _ in range(self.size()):
                self.text()
                codes.append(self.raw[self.at] if self.at < len(self.raw) else _NONE)
                self.description()
            return codes
        if code in (STRUCT_ARRAY, UNION_ARRAY):
            self.description()
        elif code == BOUNDED:
            self.size()
        elif code == _CACHED:
            self.take(2)
        return []


def messages(connection: socket.socket) -> Iterator[tuple[int, Bytes]]:
    """What a server sends: command and payload. ClientError when it stops, or sends what is no PVAccess."""
    held = b""
    while True:
        magic, _, flags, command, size_raw = struct.unpack("<BBBB4s", _exactly(connection, 8))
        order = ">" if flags & _BIG else "<"
        size = struct.unpack(f"{order}I", size_raw)[0]
        if magic != MAGIC or (size > MOST_BYTES and not flags & _CONTROL):
            raise ClientError("what answers there is no PVAccess server")
        if flags & _CONTROL:
            continue
        part = _exactly(connection, size)
        if flags & _SEGMENT == _FIRST:
            held = part
        elif flags & _SEGMENT == _SEGMENT:
            held += part
        else:
            yield command, Bytes(held + part if flags & _SEGMENT == _LAST else part, order)
            held = b""


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 16))
        if not part:
            raise ClientError("the server has closed the connection")
        parts += part
    return bytes(parts)
