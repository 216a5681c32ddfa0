"""LogServer: a log server of the test's own, which keeps the lines that it gets, or reads none at all."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

from tests.ioc_process import PATIENCE


class LogServer:
    """Listens on 127.0.0.1. `port` 0: a free one. One that is not `reading` accepts, and takes nothing in."""

    def __init__(self, port: int = 0, reading: bool = True) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self._reading = reading
        self._connections: list[socket.socket] = []
        self._lines: list[str] = []
        self._came = threading.Condition()
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def lines(self, count: int) -> list[str]:
        """The lines so far; waits until there are so many."""
        with self._came:
            assert self._came.wait_for(lambda: len(self._lines) >= count, PATIENCE), self._lines
            return list(self._lines)

    def close(self) -> None:
        """As a server that ends: the port is free again, connections are closed."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def __enter__(self) -> LogServer:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._connections.append(connection)
                if self._reading:
                    threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection.makefile(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                with self._came:
                    self._lines.append(line.removesuffix("\n"))
                    self._came.notify_all()
