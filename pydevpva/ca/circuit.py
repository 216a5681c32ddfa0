"""Circuit: the connection of one client. The network's thread, but for `look` and `shut`.

Here is done what needs no record: the client's version and names, searches, echoes. All else is the Client's, on the
database thread; so is an echo that comes behind such a message: the answers keep the order of the requests.
"""

from __future__ import annotations

import logging
import selectors
import socket
import time
from collections.abc import Callable

from pydevpva.ca import protocol
from pydevpva.ca.client import FULL, Client
from pydevpva.ca.incoming import Incoming, Malformed
from pydevpva.ca.network import Network
from pydevpva.ca.outgoing import Outgoing
from pydevpva.ca.protocol import Message, header, message
from pydevpva.ca.requests import HANDLERS
from pydevpva.ca.served import Served

log = logging.getLogger(__name__)

AT_ONCE = 1 << 16  # bytes that are read before others have their turn
LONGEST_WORDS = 400


class Circuit:
    """`host` and `user` are what the client says of itself; `port` is where it shall connect to what it searched."""

    def __init__(
        self,
        network: Network,
        served: Served,
        sock: socket.socket,
        address: tuple[str, int],
        port: int,
        on_end: Callable[[Circuit], object],
    ) -> None:
        self.network, self.served, self.sock, self.address = network, served, sock, address
        self.name = f"{address[0]}:{address[1]}"
        self.user, self.host = "", address[0]
        self.priority = 0
        self.outgoing = Outgoing(sock)
        self.client = Client(served, self, HANDLERS)
        self.is_shut = False
        self.ended = False
        self.since = self.last_received = time.monotonic()
        self._incoming = Incoming(served.largest + protocol.LARGE)
        self._port, self._on_end = port, on_end
        self._events = selectors.EVENT_READ
        self._has_channels = False
        self._refused_version = False

    @property
    def minor(self) -> int:
        """The client's version, as far as it has told it."""
        return self._incoming.minor

    @property
    def unread(self) -> int:
        """Bytes of a message that is not whole yet."""
        return self._incoming.waiting

    def begin(self) -> None:
        """Greet the client, and listen to it."""
        self.outgoing.add(message(protocol.VERSION, count=protocol.MINOR))
        self.network.watch(self.sock, self._events, self.ready)
        self._go_on()

    # ---- what comes ----

    def ready(self, events: int) -> None:
        """The socket can be read or written."""
        if events & selectors.EVENT_READ:
            self._receive()
        if not self.ended and events & selectors.EVENT_WRITE:
            self._go_on()

    def _receive(self) -> None:
        try:
            data = self.sock.recv(AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.end()
            return
        self.last_received = time.monotonic()
        if self.is_shut:
            return
        asked: list[Message] = []
        size = self.outgoing.size
        try:
            for one in self._incoming.feed(data):
                waits = one.command == protocol.ECHO and (asked or self.client.is_busy)
                if not waits and (own := _OWN.get(one.command)) is not None:
                    own(self, one)
                elif one.command in HANDLERS and self.minor >= protocol.OLDEST:
                    self._note_channels(one)
                    asked.append(one)
                else:
                    self._unknown(one)
                if self.is_shut:
                    break
        except Malformed as error:
            self._refuse(Message(protocol.VERSION, 0, 0, 0, 0), str(error))
        has_own = self.outgoing.size != size
        may_read_on = not asked or self.client.take(asked)
        if has_own or not may_read_on:
            self._go_on()

    def _note_channels(self, asked: Message) -> None:
        if asked.command == protocol.CREATE_CHANNEL:
            self._has_channels = True
            self._incoming.minor = asked.available

    def _unknown(self, asked: Message) -> None:
        if self.minor < protocol.OLDEST and asked.command < protocol.DISCONNECTED:
            if not self._refused_version:
                self._refused_version = True
                self._complain(asked, protocol.DEFUNCT, f"client version 4.{self.minor} is too old")
            return
        self._refuse(asked, f"invalid request {asked.command}")

    # ---- what needs no record ----

    def _version(self, asked: Message) -> None:
        self._incoming.minor = asked.elements
        self.priority = asked.type
        if asked.elements < protocol.OLDEST or asked.type > protocol.HIGHEST_PRIORITY:
            self._refuse(asked, f"version 4.{asked.elements}, priority {asked.type}")

    def _echo(self, asked: Message) -> None:
        self.outgoing.add(message(*asked))

    def _named(self, asked: Message) -> None:
        """The name of the user or of the host, before there are channels."""
        what = "user" if asked.command == protocol.CLIENT_NAME else "host"
        if self._has_channels:
            self._complain(asked, protocol.INTERNAL, f"the {what} name comes after the first channel, and is ignored")
            return
        if b"\0" not in asked.payload[: protocol.LONGEST_NAME]:
            self._refuse(asked, f"the {what} name is too long")
            return
        name = protocol.text(asked.payload)
        if what == "user":
            self.user = name
        elif not self.network.checks_addresses:
            self.host = name

    def _search(self, asked: Message) -> None:
        """For clients that ask us as a name server."""
        if asked.elements < protocol.OLDEST or len(asked.payload) <= 1:
            return
        if self.served.names.has(protocol.text(asked.payload)):
            self.outgoing.add(message(protocol.SEARCH, self._port, 0, protocol.NOBODY, asked.available))
        elif asked.type == protocol.REPLY_TO_ALL:
            self.outgoing.add(message(protocol.NOT_FOUND, asked.type, asked.elements, asked.cid, asked.available))

    def _complain(self, asked: Message, status: int, words: str) -> None:
        """An error that belongs to a message."""
        repeated = header(asked.command, len(asked.payload), asked.type, asked.elements, asked.cid, asked.available)
        text = words.encode("utf-8", "backslashreplace")[:LONGEST_WORDS] + b"\0"
        self.outgoing.add(message(protocol.ERROR, cid=protocol.NOBODY, available=status, payload=repeated + text))

    def _refuse(self, asked: Message, words: str) -> None:
        """What cannot be understood ends the circuit, and nothing else."""
        log.warning("Channel Access client %s is disconnected: %s", self.name, words)
        self._complain(asked, protocol.INTERNAL, words)
        self.is_shut = True
        self._go_on()

    # ---- what goes, and the end ----

    def look(self) -> None:
        """Have this circuit looked at on its thread; from any thread."""
        self.network.call(self._go_on)

    def shut(self) -> None:
        """End it when what waits has been sent; from any thread."""
        self.is_shut = True
        self.look()

    def _go_on(self) -> None:
        """Send, and watch for what can be done next."""
        if self.ended:
            return
        outgoing = self.outgoing
        outgoing.send()
        if outgoing.broken or (self.is_shut and not outgoing.size):
            self.end()
            return
        events = selectors.EVENT_WRITE if outgoing.size else 0
        if outgoing.size <= FULL and self.client.may_read_on():
            events |= selectors.EVENT_READ
        if outgoing.size <= FULL // 2 and self.client.wants_more:
            self.client.resume()
        self._watch(events)

    def _watch(self, events: int) -> None:
        if events != self._events:
            self._events = events
            self.network.watch(self.sock, events, self.ready)

    def end(self) -> None:
        """Close the connection."""
        if self.ended:
            return
        self.ended = True
        self.network.forget(self.sock)
        self.sock.close()
        self.served.loop.submit(self.client.leave)
        self._on_end(self)


_OWN: dict[int, Callable[[Circuit, Message], None]] = {
    protocol.VERSION: Circuit._version,
    protocol.ECHO: Circuit._echo,
    protocol.CLIENT_NAME: Circuit._named,
    protocol.HOST_NAME: Circuit._named,
    protocol.SEARCH: Circuit._search,
}
