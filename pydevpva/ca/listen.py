"""The sockets that a server listens on: TCP and UDP for each interface (EPICS: caservertask.c). Main thread."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydevpva.ca.config import ANYWHERE, Config
from pydevpva.ca.interfaces import LOOPBACK, broadcast_addresses
from pydevpva.errors import PydevpvaError

log = logging.getLogger(__name__)

BACKLOG = 128  # connections that wait to be accepted


class CannotListen(PydevpvaError):
    """The server cannot listen as it was told to."""


@dataclass
class Sockets:
    """`port` is that of all TCP sockets; `udp` pairs each socket of searches with the one that answers leave by."""

    port: int
    tcp: list[socket.socket] = field(default_factory=list)
    udp: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)

    def close(self) -> None:
        for sock in (*self.tcp, *(one for pair in self.udp for one in pair)):
            sock.close()


def listen(config: Config) -> Sockets:
    """Sockets on the port asked for, or, where it is taken, TCP on another one. CannotListen."""
    found: Sockets | None = None
    for port in (config.port, 0):
        try:
            found = _tcp(config.interfaces, port)
            break
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES) or not port:
                raise CannotListen(f"cannot start the Channel Access server: {error}") from None
    assert found is not None
    try:
        for interface in config.interfaces:
            found.udp += _udp(config, interface)
    except OSError as error:
        found.close()
        raise CannotListen(f"cannot start the Channel Access server: UDP port {config.port}: {error}") from None
    return found


def _tcp(interfaces: tuple[str, ...], port: int) -> Sockets:
    """All on one port; 0: one that is free."""
    found = Sockets(port)
    try:
        for interface in interfaces:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            found.tcp.append(sock)
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((interface, found.port))
            sock.listen(BACKLOG)
            found.port = sock.getsockname()[1]
    except OSError as error:
        found.close()
        raise OSError(error.errno, f"{interface}, TCP port {found.port}: {error.strerror}") from None
    return found


def _udp(config: Config, interface: str) -> list[tuple[socket.socket, socket.socket]]:
    """One for the interface, and one for its broadcasts where that does not receive them."""
    own = _datagrams(interface, config.port)
    for group in config.groups:
        with _told(f"multicast group {group} on {interface}"):
            own.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(interface)
            )
    found = [(own, own)]
    if interface not in (ANYWHERE, LOOPBACK):
        for address in broadcast_addresses(interface)[:1]:
            with _told(f"broadcasts to {address}"):
                found.append((_datagrams(address, config.port), own))
    return found


def _datagrams(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        for option in ("SO_REUSEPORT", "SO_REUSEADDR"):  # several servers of one machine get each search
            if hasattr(socket, option):
                sock.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Go without what the machine cannot do, and say it."""
    try:
        yield
    except OSError as error:
        log.warning("Channel Access: no %s: %s", what, error)
