"""Incoming: bytes become messages, however they were cut on their way (EPICS: camessage). Any thread, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.ca.protocol import EXTENDED, HEADER, LARGE, LARGE_ARRAYS, SIZES, SMALL, Message


class Malformed(Exception):
    """What came is no message; the bytes that follow cannot be understood either."""


class Incoming:
    """What one client sends. `minor` is its version, which it tells first; `largest` the bytes of a payload.

    `waiting` are the bytes of a message that is not whole yet.
    """

    __slots__ = ("_buffer", "largest", "minor", "waiting")

    def __init__(self, largest: int) -> None:
        self._buffer = bytearray()
        self.waiting = 0
        self.largest, self.minor = largest, 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now. Malformed: none follows."""
        buffer = self._buffer
        if buffer:
            buffer += data
        whole = buffer or data  # nearly always messages come whole, and nothing is kept
        at, end = 0, len(whole)
        try:
            while end - at >= SMALL:
                command, size, kind, count, cid, available = HEADER.unpack_from(whole, at)
                body = at + SMALL
                if size == EXTENDED and self.minor >= LARGE_ARRAYS:
                    if end - at < LARGE:
                        break
                    size, count = SIZES.unpack_from(whole, body)
                    body = at + LARGE
                if size & 7:
                    raise Malformed(f"a payload of {size} bytes, which is no multiple of 8")
                if size > self.largest:
                    raise Malformed(f"a payload of {size} bytes; EPICS_CA_MAX_ARRAY_BYTES lets in {self.largest}")
                if end - body < size:
                    break
                at = body + size
                yield Message(command, kind, count, cid, available, bytes(whole[body:at]))
        finally:
            if buffer:
                del buffer[:at]
            elif at < end:
                buffer += data[at:]
            self.waiting = end - at
