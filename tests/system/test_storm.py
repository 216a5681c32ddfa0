"""Clients that connect faster than any real one: the IOC keeps answering, and ends in time."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from p4p.client.thread import Context, RemoteError

from tests.ioc_process import ServerProcess, Starter

VALIDATION, CREATE, DESTROY, VALIDATED, MONITOR = 1, 7, 8, 9, 13  # pvAccess's commands


class Connection:
    """One connection that asks without searching, and so at once."""

    def __init__(self, server: ServerProcess) -> None:
        self.socket = socket.create_connection(("127.0.0.1", int(server.environment["EPICS_PVA_SERVER_PORT"])))
        self.socket.settimeout(5.0)
        self._rest = b""
        self._channel = self._id = 0

    def create(self, name: str) -> None:
        self._id += 1
        self._send(CREATE, struct.pack("<HIB", 1, self._id, len(name)) + name.encode())

    def subscribe(self) -> None:
        self._id += 1
        self._send(MONITOR, struct.pack("<IIB", self._channel, self._id, 8) + b"\x80\0\0")

    def commands(self) -> Iterator[int]:
        """What the server has sent, at least one packet. ConnectionError: it is gone."""
        if not (received := self.socket.recv(1 << 16)):
            raise ConnectionError
        self._rest += received
        while len(self._rest) >= 8:
            flags, command, size = struct.unpack("<xxBBI", self._rest[:8])
            size = 0 if flags & 1 else size  # a control message
            if len(self._rest) < 8 + size:
                return
            body, self._rest = self._rest[8 : 8 + size], self._rest[8 + size :]
            if not flags & 1:
                yield self._taken(command, body)

    def _taken(self, command: int, body: bytes) -> int:
        if command == VALIDATION:
            self._send(VALIDATION, struct.pack("<IHHB", 1 << 16, 0x7FFF, 0, 9) + b"anonymous\xff")
        elif command == CREATE:
            self._channel = struct.unpack("<4xI", body[:8])[0]
        return command

    def _send(self, command: int, body: bytes) -> None:
        self.socket.sendall(struct.pack("<BBBBI", 0xCA, 2, 0, command, len(body)) + body)


def test_other_columns_while_clients_subscribe_stop_nothing(
    start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    db = 'record(table,"T") { field(DTYP,"pydev") field(INP,"@columns()") field(SCAN,".1 second") }\nrecord(ai,"x") { }'
    start.file("changing.py", "n = 0\ndef columns():\n    global n\n    n += 1\n    return {f'c{n % 7}': [1.0]}\n")
    ioc = start.pydevpva(db=db, startup=['pydev("from changing import *")'])
    connections = [Connection(ioc) for _ in range(40)]
    destroyed = 0
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for key, _ in selector.select(0.1):
                for command in key.data.commands():
                    if command in (VALIDATED, DESTROY):
                        destroyed += command == DESTROY
                        key.data.create("T")
                    elif command == CREATE:
                        for _ in range(3):
                            key.data.subscribe()
                    elif command == MONITOR:
                        key.data.subscribe()
    assert destroyed > 40
    assert p4p_client(ioc).get("x", timeout=5)["value"] == 0
    for connection in connections:
        connection.socket.close()
    assert p4p_client(ioc).get("T", timeout=5).getID() == "epics:nt/NTTable:1.0"


def test_a_waiting_put_is_answered_at_the_end_while_clients_connect(
    start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    db = 'record(ao,"slow") { field(DTYP,"pydev") field(OUT,"@time.sleep(30)") }\n'
    db += "".join(f'record(ai,"x{i}") {{ }}\n' for i in range(1000))
    ioc = start.pydevpva(db=db, startup=['pydev("import time")'])
    client = p4p_client(ioc)
    assert client.get("slow")["value"] == 0
    came = threading.Semaphore(0)

    def connect() -> None:
        try:
            while True:
                connection = Connection(ioc)
                with connection.socket:
                    left = 200
                    while left:
                        for command in connection.commands():
                            left -= command == CREATE
                            for i in range(200 if command == VALIDATED else 0):
                                connection.create(f"x{i}")
                came.release()
        except OSError:
            pass

    threads = [threading.Thread(target=connect, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert came.acquire(timeout=20)
    threading.Timer(0.3, ioc.process.terminate).start()
    with pytest.raises(RemoteError, match="shutting down"):
        client.put("slow", {"value": 1.0}, wait=True, get=False, timeout=10)
    assert ioc.ended(5.0)
    assert ioc.process.returncode == 0
    for thread in threads:
        thread.join()
