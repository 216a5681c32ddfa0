"""A RecCeiver for tests, written from recsync's protocol: it announces itself, and keeps what it is told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.ioc_process import PATIENCE

HEADER, GREETING, NAMED = struct.Struct(">HHI"), struct.Struct(">BBHI"), struct.Struct(">IBBH")
RC = 0x5243


@dataclass
class Told:
    """What one client has told until it was done. Records by number: (type, name, other names)."""

    greeting: tuple[int, int, int] = (0, 0, 0)
    records: dict[int, tuple[str, str, list[str]]] = field(default_factory=dict)
    infos: dict[int, dict[str, str]] = field(default_factory=dict)

    def names(self) -> list[str]:
        return sorted(name for _, name, _ in self.records.values())

    def of(self, name: str) -> dict[str, str]:
        """The infos of a record."""
        number = next(number for number, record in self.records.items() if record[1] == name)
        return self.infos.get(number, {})

    def take(self, kind: int, body: bytes) -> None:
        number, first, second, length = NAMED.unpack_from(body)
        text = body[NAMED.size :]
        if kind == 3:
            name = text[second:].decode()
            assert (len(text), length) == (second + length, len(name.encode()))
            if first == 0:
                self.records[number] = (text[:second].decode(), name, [])
            else:
                self.records[number][2].append(name)
        else:
            assert len(text) == first + length
            self.infos.setdefault(number, {})[text[:first].decode()] = text[first:].decode()


class Receiver:
    """Listens on a TCP port of its own. `sessions` are the connections it has had."""

    def __init__(self, udp_port: int) -> None:
        self._udp_port = udp_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self._ended = threading.Event()
        self.key = 4711
        self.sessions: list[Session] = []
        self._announcer = threading.Thread(target=self._announce, daemon=True)
        self._announcer.start()

    def _announce(self) -> None:
        port = self._listener.getsockname()[1]
        data = struct.pack(">HBB4sHHI", RC, 0, 0, b"\xff" * 4, port, 0, self.key)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            while not self._ended.wait(0.05):
                sock.sendto(b"noise", ("127.0.0.1", self._udp_port))
                sock.sendto(data, ("127.0.0.1", self._udp_port))

    def accept(self) -> Session:
        """The next client."""
        self.sessions.append(Session(self._listener.accept()[0]))
        return self.sessions[-1]

    def close(self) -> None:
        self._ended.set()
        self._announcer.join()
        self._listener.close()
        for session in self.sessions:
            session.close()


class Session:
    """One client's connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        sock.settimeout(PATIENCE)
        self.file = sock.makefile("rb")

    def next(self) -> tuple[int, bytes]:
        """Kind and body of the next message; (0, b"") when the client has gone."""
        head = self.file.read(HEADER.size)
        if len(head) < HEADER.size:
            return 0, b""
        magic, kind, length = HEADER.unpack(head)
        assert magic == RC
        return kind, self.file.read(length)

    def send(self, kind: int, body: bytes) -> None:
        self.sock.sendall(HEADER.pack(RC, kind, len(body)) + body)

    def all(self) -> Told:
        """Greet, and read on until all has been told."""
        kind, body = self.next()
        assert kind == 1
        version, sort, _, key = GREETING.unpack(body)
        told = Told((version, sort, key))
        self.send(0x8001, b"\0")
        while True:
            kind, body = self.next()
            if kind == 5:
                return told
            told.take(kind, body)

    def ping(self, number: int) -> int:
        """The number that comes back."""
        self.send(0x8002, struct.pack(">I", number))
        kind, body = self.next()
        assert kind == 2
        return int(struct.unpack(">I", body)[0])

    def close(self) -> None:
        self.file.close()
        self.sock.close()


@contextmanager
def receiver(udp_port: int) -> Iterator[Receiver]:
    made = Receiver(udp_port)
    try:
        yield made
    finally:
        made.close()
