"""RecCaster: listens for a RecCeiver, tells it all records, answers its pings, and begins anew when it is lost.

On a thread of its own, which only exists when a startup script or a database speaks of it (recsync: caster.c).
"""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum

from pydevpva.forks import in_child
from pydevpva.recsync import messages
from pydevpva.recsync.connection import Connection, Ended, Lost, Waiter
from pydevpva.recsync.settings import Settings

log = logging.getLogger(__name__)
PATIENCE_STEP, MOST_STEPS = 5.0, 10  # seconds more after each failure, and how often
PINGS = 4  # times the timeout may go by without one
END_SECONDS = 0.3
DATAGRAM = 1500  # bytes


class State(IntEnum):
    """As the record of DTYP RecCaster has it."""

    INIT, LISTEN, CONNECT, UPLOAD, DONE = range(5)


class RecCaster:
    """One for each IOC. `contents` makes what is told, `changed` is called when `state` or `text` has; both on this
    thread. Attributes may be read from any."""

    def __init__(
        self, settings: Settings, contents: Callable[[], Iterable[bytes]], changed: Callable[[], object]
    ) -> None:
        self.settings = settings
        self.state, self.text = State.INIT, "Initializing"
        self.server: messages.Server | None = None
        self._contents, self._changed = contents, changed
        self._waiter: Waiter | None = None
        self._told = ""  # what the log last said of a failure
        self._thread = threading.Thread(target=self._run, name="reccaster", daemon=True)

    def start(self) -> None:
        """The IOC runs. Main thread."""
        if self.settings.wanted:
            self._waiter = Waiter()
            self._thread.start()

    def stop(self) -> None:
        """The IOC ends. Main thread."""
        if self._waiter is not None:
            self._waiter.end()
            self._thread.join(END_SECONDS)

    # ---- its thread ----

    def _run(self) -> None:
        waiter, failures = self._waiter, 0
        assert waiter is not None
        try:
            while True:
                if failures:
                    waiter.readable(None, min(failures, MOST_STEPS) * PATIENCE_STEP)
                failures = 0 if self._one_server(waiter) else failures + 1
        except Ended:
            self._say(State.INIT, "Stopping")
        except Exception:  # a bug of ours: the IOC goes on without
            log.exception("internal error: records are no longer told to a RecCeiver")
        finally:
            waiter.close()

    def _one_server(self, waiter: Waiter) -> bool:
        """From the search to the loss; whether all went well."""
        try:
            self._say(State.LISTEN, "Searching")
            self.server = server = self._find(waiter)
            self._say(State.LISTEN, "Found server")
            waiter.readable(None, random.uniform(0, max(0.0, self.settings.longest_holdoff)))
            self._say(State.CONNECT, f"Connecting to: {server.address}:{server.port}")
            return self._serve(waiter, server)
        except (Lost, OSError) as error:
            self._say(State.LISTEN, str(error))
            if str(error) != self._told:
                self._told = str(error)
                log.warning("reccaster: %s", error)
            return False

    def _find(self, waiter: Waiter) -> messages.Server:
        """The next RecCeiver that announces itself."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            in_child(sock.close)
            for option in ("SO_REUSEADDR", "SO_REUSEPORT"):  # all IOCs of a host listen on one port
                if hasattr(socket, option):
                    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
            sock.setblocking(False)
            sock.bind(("", self.settings.port))
            for data, sender in _datagrams(waiter, sock):
                if (server := messages.announced(data, sender)) is not None:
                    return server
        raise Lost("nobody announces itself")

    def _serve(self, waiter: Waiter, server: messages.Server) -> bool:
        """Tell one server all; whether it was there when all had been told."""
        connection = Connection(waiter, server, self.settings.timeout)
        try:
            self._greet(connection, server)
            self._say(State.UPLOAD, "Connected")
            for piece in self._contents():
                connection.send(piece)
            connection.send(messages.done())
            self._told = ""
            self._say(State.DONE, "Synchronized")
            log.info("reccaster: all records are known to %s:%d", server.address, server.port)
            self._answer_pings(connection)
        except Lost as error:
            if self.state != State.DONE:
                raise
            log.warning("reccaster: %s", error)
            self._say(State.LISTEN, f"Lost server: {server.address}:{server.port}")
        finally:
            connection.close()
        return True

    @staticmethod
    def _greet(connection: Connection, server: messages.Server) -> None:
        connection.send(messages.greeting(server.key))
        kind, body = connection.receive()
        if kind != messages.SERVER_GREET or not body:
            raise Lost(f"First message not a greeting {kind:04x}")

    def _answer_pings(self, connection: Connection) -> None:
        connection.timeout = self.settings.timeout * PINGS
        while True:
            kind, body = connection.receive()
            if kind == messages.PING:
                connection.send(messages.pong(body))

    def _say(self, state: State, text: str) -> None:
        self.state, self.text = state, text
        self._changed()


def _datagrams(waiter: Waiter, sock: socket.socket) -> Iterator[tuple[bytes, str]]:
    while True:
        waiter.readable(sock, None)
        try:
            data, (sender, _) = sock.recvfrom(DATAGRAM)
        except BlockingIOError:
            continue
        yield data, sender
