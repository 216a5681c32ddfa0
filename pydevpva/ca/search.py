"""Search: clients ask by UDP who has a name; only who has it answers (EPICS: rsrv cast_server.c). Network's thread."""

from __future__ import annotations

import logging
import selectors
import socket
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from pydevpva.ca.incoming import Incoming, Malformed
from pydevpva.ca.names import Names
from pydevpva.ca.protocol import HEADER, MINOR, NOBODY, OLDEST, SEARCH, SEQUENCE_NUMBERS, VERSION, message, text

if TYPE_CHECKING:
    from pydevpva.ca.network import Network

log = logging.getLogger(__name__)

LARGEST = 0xFFFF + 16  # bytes of a datagram
REPLY = 1024  # bytes of an answer, beyond which another one follows
AT_ONCE = 50  # datagrams, then others have their turn
SEQUENCE_IS_VALID = 1
_VERSION_WORDS = MINOR.to_bytes(2, "big")


class Search:
    """Answers what comes to one socket, from `replies`: that of the interface, where the socket is for broadcasts."""

    def __init__(self, names: Names, port: int, ignored: Collection[str], sock: socket.socket, replies: socket.socket):
        self._names, self._port, self._ignored = names, port, ignored
        self._socket, self._replies = sock, replies

    def begin(self, network: Network) -> None:
        """Listen."""
        network.watch(self._socket, selectors.EVENT_READ, self._ready)

    def _ready(self, events: int) -> None:
        for _ in range(AT_ONCE):
            try:
                data, sender = self._socket.recvfrom(LARGEST)
            except OSError:  # no more, or an ICMP error of an answer that nobody took
                return
            if sender[0] not in self._ignored:
                for reply in answers(self._names, self._port, data):
                    with suppress(OSError):
                        self._replies.sendto(reply, sender)


def answers(names: Names, port: int, data: bytes) -> list[bytes]:
    """The datagrams that answer this one. What cannot be understood ends it."""
    found: list[bytes] = []
    minor, sequence = 0, 0
    with suppress(Malformed):
        for asked in Incoming(LARGEST).feed(data):
            if asked.command == VERSION:
                minor = asked.elements
                sequence = asked.cid if minor >= SEQUENCE_NUMBERS else 0
            elif asked.command != SEARCH or asked.elements < OLDEST or minor < OLDEST:
                break
            elif len(asked.payload) > 1 and names.has(text(asked.payload)):
                found.append(message(SEARCH, port, 0, NOBODY, asked.available, _VERSION_WORDS))
    if not found:
        return []
    front = b""
    if minor >= SEQUENCE_NUMBERS:
        front = HEADER.pack(VERSION, 0, SEQUENCE_IS_VALID, MINOR, sequence, 0)
    each = (REPLY - len(front)) // len(found[0])
    return [front + b"".join(found[first : first + each]) for first in range(0, len(found), each)]
