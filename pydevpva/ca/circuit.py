"""Circuit: the connection of one client. Database thread, but for what is sent by that of the network.

The database thread reads the socket itself and sends answers, so that a request wakes no other thread. Updates of
monitors, and what the socket does not take at once, are sent by the network's.
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
from pydevpva.ca.protocol import Message, message
from pydevpva.ca.requests import HANDLERS
from pydevpva.ca.served import Served

log = logging.getLogger(__name__)

AT_ONCE = 1 << 13  # bytes that are read before others have their turn: some hundred small messages
OF_A_LARGE_ONE = 1 << 16  # the same, in the middle of a large message
ROOM = FULL // 2  # bytes that wait to be sent, at which there is room for more
NEVER = -1


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
        self._listens = False
        self._looks = False  # is about to
        self._tell_at = NEVER  # bytes that wait to be sent, at which the database thread looks again
        self._pushes = 0  # what the network's thread watches the socket for
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
        self.client.answer(message(protocol.VERSION, count=protocol.MINOR))
        self._listen(True)

    # ---- what comes ----

    def _listen(self, on: bool) -> None:
        if on != self._listens:
            self._listens = on
            self.served.loop.watch(self.sock, selectors.EVENT_READ if on else 0, self._receive)

    def _receive(self, events: int) -> None:
        incoming, client = self._incoming, self.client
        try:
            data = self.sock.recv(AT_ONCE if incoming.waiting < AT_ONCE else OF_A_LARGE_ONE)
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
        try:
            for one in incoming.feed(data):
                command = one.command
                if (own := _OWN.get(command)) is not None and not (command in HANDLERS and client.waiting):
                    own(self, one)
                elif command in HANDLERS and incoming.minor >= protocol.OLDEST:
                    if command == protocol.CREATE_CHANNEL:
                        self._has_channels, incoming.minor = True, one.available
                    client.take(one)
                else:
                    self._unknown(one)
                if self.is_shut:
                    break
        except Malformed as error:
            self._refuse(Message(protocol.VERSION, 0, 0, 0, 0), str(error))
        client.begin()

    def _unknown(self, asked: Message) -> None:
        if self.minor < protocol.OLDEST and asked.command < protocol.DISCONNECTED:
            if not self._refused_version:
                self._refused_version = True
                self.client.complain(asked, protocol.DEFUNCT, f"client version 4.{self.minor} is too old")
            return
        self._refuse(asked, f"invalid request {asked.command}")

    # ---- what needs no record ----

    def _version(self, asked: Message) -> None:
        self._incoming.minor = asked.elements
        self.priority = asked.type
        if asked.elements < protocol.OLDEST or asked.type > protocol.HIGHEST_PRIORITY:
            self._refuse(asked, f"version 4.{asked.elements}, priority {asked.type}")

    def _echo(self, asked: Message) -> None:
        self.client.answer(message(*asked))

    def _named(self, asked: Message) -> None:
        """The name of the user or of the host, before there are channels."""
        what = "user" if asked.command == protocol.CLIENT_NAME else "host"
        if self._has_channels:
            self.client.complain(
                asked, protocol.INTERNAL, f"the {what} name comes after the first channel, and is ignored"
            )
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
            self.client.answer(message(protocol.SEARCH, self._port, 0, protocol.NOBODY, asked.available))
        elif asked.type == protocol.REPLY_TO_ALL:
            self.client.answer(message(protocol.NOT_FOUND, asked.type, asked.elements, asked.cid, asked.available))

    def _refuse(self, asked: Message, words: str) -> None:
        """What cannot be understood ends the circuit, and nothing else."""
        log.warning("Channel Access client %s is disconnected: %s", self.name, words)
        self.client.complain(asked, protocol.INTERNAL, words)
        self.shut()

    # ---- what goes, and the end ----

    def push(self) -> None:
        """Have the thread of the network send what waits; from any thread."""
        self.network.call(self._push)

    def look(self) -> None:
        """See, in a while, whether more may be read, or whether it is at its end."""
        if not self._looks:
            self._looks = True
            self.served.loop.submit(self._look)

    def shut(self) -> None:
        """End it when what waits has been sent."""
        self.is_shut = True
        self.look()

    def _look(self) -> None:
        self._looks = False
        if self.ended:
            return
        client, outgoing = self.client, self.outgoing
        self._tell_at = 0 if self.is_shut else ROOM  # before the size is looked at: `_push` does it the other way round
        if outgoing.broken or (self.is_shut and not outgoing.size):
            self.end()
            return
        if client.wants_more and outgoing.size <= ROOM:
            client.resume()
        self._listen(client.may_read_on and outgoing.size <= FULL)
        if self._listens and not client.wants_more and not self.is_shut:
            self._tell_at = NEVER
        if outgoing.size:
            self.push()

    def _push(self, events: int = 0) -> None:
        """Send; on the network's thread."""
        if self.ended:
            return
        outgoing = self.outgoing
        outgoing.send()
        wants = selectors.EVENT_WRITE if outgoing.size and not outgoing.broken else 0
        if wants != self._pushes:
            self._pushes = wants
            self.network.watch(self.sock, wants, self._push)
        if outgoing.broken or outgoing.size <= self._tell_at:
            self._tell_at = NEVER
            self.served.loop.submit(self._look)

    def end(self) -> None:
        """Close the connection."""
        if self.ended:
            return
        self.ended = True
        self._listen(False)
        self.network.call(self._close)
        self.client.leave()
        self._on_end(self)

    def _close(self) -> None:
        """On the network's thread, which may be watching the socket."""
        self.network.forget(self.sock)
        self.sock.close()


_OWN: dict[int, Callable[[Circuit, Message], None]] = {
    protocol.VERSION: Circuit._version,
    protocol.ECHO: Circuit._echo,
    protocol.CLIENT_NAME: Circuit._named,
    protocol.HOST_NAME: Circuit._named,
    protocol.SEARCH: Circuit._search,
}
