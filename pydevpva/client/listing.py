"""Which PVAccess servers there are, and which names they have: a search for nothing, and the PV "server" that each has.

On the main thread; waits for sockets.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator, Mapping

from pydevpva.client import wire
from pydevpva.client.reading import ClientError

PORT, BROADCAST_PORT = 5075, 5076
_MUST_REPLY, _UNICAST = 0x01, 0x80
_BUFFER, _REGISTRY = 0x10000, 0x7FFF
_INIT, _EXECUTE_AND_END = 0x08, 0x10


def address(text: str, port: int = PORT) -> tuple[str, int]:
    """HOST or HOST:PORT. ClientError: the port is none."""
    host, colon, number = text.rpartition(":")
    if not colon:
        return text, port
    if not number.isdigit() or not 0 < int(number) < 65536:
        raise ClientError(f"{text}: {number!r} is no port")
    return host, int(number)


# ---- servers ----


def discover(patience: float, environment: Mapping[str, str] = os.environ) -> Iterator[tuple[str, int]]:
    """Host and port of each server that answers within `patience` seconds, each once, and of those that
    EPICS_PVA_NAME_SERVERS names."""
    for text in environment.get("EPICS_PVA_NAME_SERVERS", "").split():
        yield address(text)
    told: set[bytes] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        asking.bind(("", 0))
        for host, port in _destinations():
            is_broadcast = host.endswith(".255")
            try:
                asking.sendto(_search(asking.getsockname()[1], not is_broadcast), (host, port))
            except OSError:
                continue  # an interface that is down
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            asking.settimeout(left)
            try:
                raw, (sender, _) = asking.recvfrom(2048)
            except TimeoutError:
                return
            found = _answer(raw, sender)
            if found is not None and found[0] not in told:
                told.add(found[0])
                yield found[1]


def _destinations() -> list[tuple[str, int]]:
    """Where clients look: the environment's list and the interfaces' broadcast addresses, as pvxs finds them."""
    from pydevpva.client.pva import search_configuration

    hosts, port = search_configuration()
    return [address(host, port or BROADCAST_PORT) for host in hosts]


def _search(port: int, unicast: bool) -> bytes:
    flags = _MUST_REPLY | (_UNICAST if unicast else 0)
    head = struct.pack("<IB3x16sH", 1, flags, bytes(16), port)
    return wire.message(wire.SEARCH, head + b"\x01" + wire.text("tcp") + struct.pack("<H", 0))


def _answer(raw: bytes, sender: str) -> tuple[bytes, tuple[str, int]] | None:
    """The server's own number, and where it listens; None: it is no answer."""
    if len(raw) < 8 or raw[0] != wire.MAGIC or raw[3] != wire.SEARCH_RESPONSE:
        return None
    payload = wire.Bytes(raw[8:], ">" if raw[2] & 0x80 else "<")
    try:
        guid = payload.take(12)
        payload.number("I")
        place, port = payload.take(16), payload.number("H")
    except ClientError:
        return None
    host = socket.inet_ntoa(place[12:]) if any(place[12:]) else sender
    return guid, (host, port)


# ---- names ----


def names(host: str, port: int, patience: float) -> list[str]:
    """All names that a server tells. ClientError, OSError: it does not answer, or does not tell."""
    try:
        with socket.create_connection((host, port), patience) as connection:
            connection.settimeout(patience)
            return _ask(connection)
    except TimeoutError:
        raise ClientError(f"no answer within {patience:.3g} s") from None
    except OSError as error:
        raise ClientError(error.strerror or str(error)) from None


def _ask(connection: socket.socket) -> list[str]:
    """Greet, open the channel "server", call it."""
    for command, payload in wire.messages(connection):
        if command == wire.VALIDATION:
            greeting = struct.pack("<IHH", _BUFFER, _REGISTRY, 0) + wire.text("anonymous") + b"\xff"
            connection.sendall(wire.message(wire.VALIDATION, greeting))
        elif command == wire.VALIDATED:
            payload.status()
            connection.sendall(wire.message(wire.CREATE_CHANNEL, struct.pack("<HI", 1, 1) + wire.text("server")))
        elif command == wire.CREATE_CHANNEL:
            payload.number("I")
            server = payload.number("I")
            payload.status()
            head = struct.pack("<IIB", server, 1, _INIT)
            connection.sendall(wire.message(wire.RPC, head + _NO_REQUEST))
        elif command == wire.RPC:
            payload.number("I")
            step = payload.number("B")
            payload.status()
            if not step & _INIT:
                return _names_of(payload)
            head = struct.pack("<IIB", server, 1, _EXECUTE_AND_END)
            connection.sendall(wire.message(wire.RPC, head + _QUESTION))
    raise ClientError("the server has closed the connection")


def _structure(name: str, *members: tuple[str, bytes]) -> bytes:
    described = b"".join(wire.text(member) + kind for member, kind in members)
    return bytes([wire.STRUCT]) + wire.text(name) + bytes([len(members)]) + described


_STRING = bytes([wire.STRING])
_NO_REQUEST = _structure("")
_QUESTION = _structure(
    "epics:nt/NTURI:1", ("scheme", _STRING), ("path", _STRING), ("query", _structure("", ("op", _STRING)))
) + b"".join(map(wire.text, ("pva", "server", "channels")))  # fmt: skip


def _names_of(payload: wire.Bytes) -> list[str]:
    members = payload.description()
    if not members or members[0] != wire.STRING_ARRAY:
        raise ClientError("the server does not tell its names")
    return [payload.text() for _ in range(payload.size())]
