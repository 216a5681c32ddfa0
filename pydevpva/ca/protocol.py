"""The frame of Channel Access's messages: commands, headers, statuses (EPICS: caProto.h, caerr.h). No thread.

A message is a header of 16 bytes, of 24 where size or count do not fit into 16 bits, and a payload that ends on a
multiple of 8 bytes.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

MINOR = 13  # version 4.13
OLDEST = 4  # minor version of a client that is still served
LARGE_ARRAYS, SEQUENCE_NUMBERS = 9, 11  # minor versions since which clients know these

(VERSION, EVENT_ADD, EVENT_CANCEL, READ, WRITE, SNAPSHOT, SEARCH, BUILD, EVENTS_OFF, EVENTS_ON, READ_SYNC, ERROR,
 CLEAR_CHANNEL, IS_UP, NOT_FOUND, READ_NOTIFY, READ_BUILD, CONFIRM, CREATE_CHANNEL, WRITE_NOTIFY, CLIENT_NAME,
 HOST_NAME, ACCESS_RIGHTS, ECHO, REGISTER, SIGNAL, CREATE_FAILED, DISCONNECTED) = range(28)  # fmt: skip

_WARNING, _SUCCESS, _ERROR, _FATAL = 0, 1, 2, 6
NORMAL = _SUCCESS
TOO_LARGE = 9 << 3 | _WARNING
BAD_TYPE = 14 << 3 | _ERROR
INTERNAL = 17 << 3 | _FATAL
GET_FAILED = 19 << 3 | _WARNING
PUT_FAILED = 20 << 3 | _WARNING
BAD_COUNT = 22 << 3 | _WARNING
BAD_MONITOR = 30 << 3 | _ERROR
DEFUNCT = 34 << 3 | _FATAL
NO_READ = 46 << 3 | _WARNING
NO_WRITE = 47 << 3 | _WARNING
LARGE_FOR_CLIENT = 58 << 3 | _WARNING

MAY_READ, MAY_WRITE = 1, 2
REPLY_TO_ALL, REPLY_WHEN_FOUND = 10, 5  # of a search: whether "not found" is an answer
HIGHEST_PRIORITY = 99
NOBODY = 0xFFFFFFFF
LONGEST_NAME = 512  # of a user or a host, with its NUL

HEADER = struct.Struct(">HHHHII")
SIZES = struct.Struct(">II")  # what follows the header where its own fields are too small
SMALL, LARGE = HEADER.size, HEADER.size + SIZES.size
EXTENDED = 0xFFFF


class Message(NamedTuple):
    """One message. `elements`, `cid` and `available` mean something else in each command, see the protocol."""

    command: int
    type: int
    elements: int
    cid: int
    available: int
    payload: bytes = b""


def padded(size: int) -> int:
    """A payload's size on the wire."""
    return (size + 7) & ~7


def header(command: int, size: int, type: int, count: int, cid: int, available: int) -> bytes:
    """A header; `size` is that of the payload with its padding."""
    if size < EXTENDED and count < EXTENDED:
        return HEADER.pack(command, size, type, count, cid, available)
    return HEADER.pack(command, EXTENDED, type, 0, cid, available) + SIZES.pack(size, count)


def message(
    command: int, type: int = 0, count: int = 0, cid: int = 0, available: int = 0, payload: bytes = b""
) -> bytes:
    """A whole message."""
    size = padded(len(payload))
    return header(command, size, type, count, cid, available) + payload.ljust(size, b"\0")


def is_large(size: int, count: int) -> bool:
    """Whether only clients since 4.9 can read such a message."""
    return size >= EXTENDED or count >= EXTENDED


def text(payload: bytes) -> str:
    """A name in a payload, up to its NUL."""
    return payload.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
