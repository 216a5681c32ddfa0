"""Sockets: what a thread waits for that reads sockets, and how other threads wake it."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

Ready = Callable[[int], None]  # given which of selectors.EVENT_READ and EVENT_WRITE the socket is ready for


class Sockets:
    """All methods but `ring` and `close` are the thread's own."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self.watched = 0  # sockets

    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Call ready(events) when the socket is ready for one of these; for none of them not at all."""
        if not events:
            self.forget(sock)
        elif sock in self._selector.get_map():
            self._selector.modify(sock, events, ready)
        else:
            self._selector.register(sock, events, ready)
            self.watched += 1

    def forget(self, sock: socket.socket) -> None:
        """Watch it no more; before it is closed."""
        with suppress(KeyError, ValueError):
            self._selector.unregister(sock)
            self.watched -= 1

    def wait(self, seconds: float | None) -> list[Callable[[], None]]:
        """What is to be called for the sockets that are ready: nothing, when the time is over or `ring` was called.

        seconds: None is for ever.
        """
        found: list[Callable[[], None]] = []
        for key, events in self._selector.select(seconds):
            if key.data is None:
                self._hear()
            else:
                found.append(partial(key.data, events))
        return found

    def ring(self) -> None:
        """End a wait, or the next; from any thread, which must have left its work before where the thread finds it.

        There is no note that it has been rung, to ring but once: a console's Ctrl-C that comes between note and bell
        would leave the thread asleep, and nobody would ring again.
        """
        with suppress(OSError):  # full: it wakes all the same
            self._rope.send(b"\0")

    def close(self) -> None:
        """Close the sockets that are watched; also in a forked child, which has the descriptors but not the thread."""
        for key in list((self._selector.get_map() or {}).values()):
            with suppress(OSError, AttributeError):
                key.fileobj.close()  # type: ignore[union-attr]
        self._rope.close()
        self._selector.close()

    def _hear(self) -> None:
        with suppress(OSError):
            self._bell.recv(1000)
