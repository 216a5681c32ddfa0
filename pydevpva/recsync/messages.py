"""The messages between a RecCaster and a RecCeiver: bytes and values. Pure. (recsync: caster.h)"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

MAGIC = 0x5243  # "RC"
VERSION = 0
ANNOUNCE = struct.Struct("!HBx4sH2xI")
HEADER = struct.Struct("!HHI")
NAMED = struct.Struct("!IBBH")  # of records and of infos: an id, two lengths around a byte or two
LONG = struct.Struct("!I")
GREETING = struct.Struct("!BB2xI")

GREET, PONG, ADD_RECORD, DONE, ADD_INFO = 0x0001, 0x0002, 0x0003, 0x0005, 0x0006
SERVER_GREET, PING = 0x8001, 0x8002
RECORD, ALIAS = 0, 1
IOC = 0  # the id of what is told of the IOC itself
FROM_SENDER = b"\xff\xff\xff\xff"
LONGEST_KEY, LONGEST_TEXT = 0xFF, 0xFFFF  # bytes


@dataclass(frozen=True, slots=True)
class Server:
    """A RecCeiver as it announces itself."""

    address: str
    port: int
    key: int


def announced(data: bytes, sender: str) -> Server | None:
    """What a datagram announces; None when it is another's."""
    if len(data) < ANNOUNCE.size:
        return None
    magic, version, address, port, key = ANNOUNCE.unpack_from(data)
    if magic != MAGIC or version != VERSION or port == 0:
        return None
    return Server(sender if address == FROM_SENDER else socket.inet_ntoa(address), port, key)


def message(kind: int, body: bytes) -> bytes:
    """With its header."""
    return HEADER.pack(MAGIC, kind, len(body)) + body


def greeting(key: int) -> bytes:
    """The first message: whom it is meant for, by the key that was announced."""
    return message(GREET, GREETING.pack(VERSION, 0, key))


def record(number: int, record_type: str, name: str) -> bytes:
    """A record, by the number that what is told of it refers to."""
    kind, text = _bytes(record_type), _bytes(name)
    return message(ADD_RECORD, NAMED.pack(number, RECORD, len(kind), len(text)) + kind + text)


def alias(number: int, name: str) -> bytes:
    """Another name of a record."""
    text = _bytes(name)
    return message(ADD_RECORD, NAMED.pack(number, ALIAS, 0, len(text)) + text)


def info(number: int, key: str, value: str) -> bytes:
    """A property of a record, or with number IOC of the IOC; b"" for one without key or value, or with too long a key.

    A value of more than 65,535 bytes is told as far as it fits.
    """
    name, text = _bytes(key), _bytes(value)
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT].decode("utf-8", "ignore").encode()
    if not text or not 0 < len(name) <= LONGEST_KEY:
        return b""
    return message(ADD_INFO, NAMED.pack(number, len(name), 0, len(text)) + name + text)


def done() -> bytes:
    """All has been told."""
    return message(DONE, LONG.pack(0))


def pong(ping: bytes) -> bytes:
    """The answer to a ping, with the number in it."""
    return message(PONG, ping[: LONG.size])


def _bytes(text: str) -> bytes:
    """UTF-8, which the far end insists on."""
    return text.encode("utf-8", "replace")
