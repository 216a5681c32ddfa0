"""Server: the Channel Access server of one database. Main thread, but where a method says otherwise."""

from __future__ import annotations

import logging
import os
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydevpva.ca.beacons import Beacons
from pydevpva.ca.circuit import Circuit
from pydevpva.ca.config import Config, read_config
from pydevpva.ca.listen import Sockets, listen
from pydevpva.ca.network import Network
from pydevpva.ca.rights import Rights
from pydevpva.ca.search import Search
from pydevpva.ca.served import Served
from pydevpva.errors import PydevpvaError
from pydevpva.forks import in_child
from pydevpva.records.core.record import Record
from pydevpva.serving.access import AccessRules
from pydevpva.serving.put_log.put_log import PutLog

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)

LINGER = 0.2  # seconds that connections stay for answers that are on their way
GLANCE = 0.002
PAUSE = 1.0  # seconds, when no connection can be accepted


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a started server listens. `search_port`, of UDP, is the one asked for; TCP's may have been taken."""

    interfaces: tuple[str, ...]
    port: int
    search_port: int

    @property
    def port_taken(self) -> bool:
        """The TCP port asked for belongs to somebody else; `port` was taken instead."""
        return self.port != self.search_port

    def __str__(self) -> str:
        where = " ".join(self.interfaces)
        text = f"Channel Access server on {where}, TCP port {self.port}, UDP search port {self.search_port}"
        return f"{text} (TCP port {self.search_port} is taken by another program)" if self.port_taken else text


class Server:
    """Serves the fields of a database. `environment` holds the variables that are not, or not yet, in the process's."""

    def __init__(
        self,
        database: Database,
        environment: Mapping[str, str] | None = None,
        rules: AccessRules | None = None,
        checks_addresses: bool = False,
        outside: Callable[[str], Record | None] = lambda name: None,
        put_log: PutLog | None = None,
    ) -> None:
        self.config: Config = read_config(environment or {})
        self.served = Served(database, rules, self.config.largest, put_log)
        self.network = Network(checks_addresses)
        self.rights = Rights(database, self.served, outside)
        self.circuits: set[Circuit] = set()
        self.beacons: Beacons | None = None
        self.sockets: Sockets | None = None
        self.database = database
        self._port = 0  # of TCP

    def start(self) -> Listening:
        """Listen, and answer. Raises CannotListen."""
        config, network = self.config, self.network
        self.sockets = sockets = listen(config)
        self._port = sockets.port
        in_child(self._close_in_child)
        for sock in sockets.tcp:
            network.watch(sock, selectors.EVENT_READ, self._acceptor(sock))
        for sock, replies in sockets.udp:
            Search(self.served.names, sockets.port, config.ignored, sock, replies).begin(network)
        self.beacons = Beacons(network, config.beacons, sockets.port, config.beacon_period, config.ttl)
        os.environ["RSRV_SERVER_PORT"] = str(sockets.port)
        self.database.loop.call(self.rights.begin)
        network.call(self.beacons.send)
        network.start()
        listening = self.listening()
        if listening.port_taken:
            log.warning(
                "TCP port %d is in use: Channel Access listens on %d; two servers share UDP port %d, and a search that "
                "is sent to this host alone may reach the other only",
                config.port,
                listening.port,
                config.port,
            )
        return listening

    def clients_and_channels(self) -> tuple[int, int]:
        """How many are connected, and how many channels they have. Any thread."""
        circuits = list(self.circuits)
        return len(circuits), sum(len(circuit.client.channels) for circuit in circuits)

    def listening(self) -> Listening:
        """The interfaces and ports in effect."""
        if self.sockets is None:
            raise PydevpvaError("the Channel Access server is not running")
        return Listening(self.config.interfaces, self.sockets.port, self.config.port)

    def use_rules(self, rules: AccessRules | None) -> None:
        """Let these rules decide from now on."""
        self.database.loop.call(self.rights.use_rules, rules)

    def stop(self, timeout: float = 1.0) -> None:
        """Answer the puts that wait with an error, close all channels, and stop serving."""
        if self.sockets is None:
            return
        sockets, self.sockets = self.sockets, None
        until = time.monotonic() + timeout
        self.served.clients.stopping = True
        try:
            self._answer_all(until)
        except (PydevpvaError, TimeoutError) as error:
            log.warning("Channel Access: puts that still waited were not answered: %s", error)
        with suppress(PydevpvaError, TimeoutError):
            self.database.loop.call(self._end_all, timeout=max(0.1, until - time.monotonic()))
        self.network.stop(max(0.1, until - time.monotonic()))
        self._close(sockets)

    # ---- the network's thread ----

    def _acceptor(self, sock: socket.socket) -> Callable[[int], None]:
        def accept(events: int) -> None:
            try:
                connection, address = sock.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError as error:  # no more descriptors: the connection waits, and would wake us again and again
                log.warning("Channel Access: no client can connect: %s", error)
                self.network.watch(sock, 0, accept)
                self.network.after(PAUSE, lambda: self.network.watch(sock, selectors.EVENT_READ, accept))
                return
            self._accept(connection, address)

        return accept

    def _accept(self, connection: socket.socket, address: tuple[str, int]) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        circuit = Circuit(self.network, self.served, connection, address, self._port, self._ended)
        self.circuits.add(circuit)
        self.database.loop.submit(self._begin, circuit)

    # ---- database thread ----

    def _begin(self, circuit: Circuit) -> None:
        self.rights.connected.add(circuit.client)
        circuit.begin()

    def _ended(self, circuit: Circuit) -> None:
        self.circuits.discard(circuit)
        self.rights.connected.discard(circuit.client)

    def _end_all(self) -> None:
        """End the connections that are left."""
        for circuit in list(self.circuits):
            circuit.end()

    # ---- the end ----

    def _answer_all(self, until: float) -> None:
        """Have all that was asked answered, and the answers sent."""
        loop = self.database.loop
        waited = loop.call(self.served.clients.stop, timeout=max(0.01, until - time.monotonic()))
        circuits = list(self.circuits)
        while time.monotonic() < until and any(c.client.waiting or c.outgoing.size for c in circuits if not c.ended):
            loop.call(_nothing, timeout=max(0.01, until - time.monotonic()))
            time.sleep(GLANCE)
        if not waited:
            return
        for circuit in circuits:
            with suppress(OSError):
                circuit.sock.shutdown(socket.SHUT_WR)
        # A connection closed with something unread is reset, and the client loses answers that it had not read
        linger = min(until, time.monotonic() + LINGER)
        while time.monotonic() < linger and not all(circuit.ended for circuit in circuits):
            time.sleep(GLANCE)

    def _close_in_child(self) -> None:
        """A forked child lets go of all sockets."""
        self.network.close()
        self._close(self.sockets)

    def _close(self, sockets: Sockets | None) -> None:
        for circuit in list(self.circuits):
            circuit.sock.close()
        if sockets is not None:
            sockets.close()
        if self.beacons is not None:
            self.beacons.socket.close()


def _nothing() -> None:
    """What is waited for: the database thread has done all before it."""
