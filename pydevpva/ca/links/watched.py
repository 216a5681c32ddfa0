"""WatchedChannel: a PV of a Channel Access server, read and written by those who are no link. Database thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pydevpva.ca.links import dbr
from pydevpva.ca.links.channel import Channel, Done, tell_all
from pydevpva.ca.links.client import CaClient
from pydevpva.ca.links.link import DISCONNECTED, READ, WRITE
from pydevpva.records.core.arrays import characters, copy, is_array, to_array
from pydevpva.records.core.values import Value


class WatchedChannel:
    """Subscribes as a link does, and keeps the channel until it is closed. `updated` is called at each change.

    A name with $ at its end is a text, which Channel Access sends as characters.
    """

    def __init__(self, client: CaClient, name: str, updated: Callable[[], None]) -> None:
        self._updated = updated
        self._is_text = name.endswith("$")
        self._native, self._elements, self._rights = -1, 0, 0
        self._reading: dbr.Reading | None = None
        self._sent: tuple[Value, Done] | None = None  # that waits for its turn
        self._begun: list[Sequence[Done]] = []  # that wait for the server
        self._channel = Channel(client, name, self, reads=True)
        self._channel.open()

    @property
    def is_there(self) -> bool:
        """Somebody has it, and it may be read."""
        return self._reading is not None and bool(self._rights & READ)

    def value(self) -> tuple[str, Value] | None:
        """DBF type and value; None: nobody is there, or it may not be read."""
        if self._reading is None or not self.is_there:
            return None
        value = self._reading.value
        if self._native != dbr.CHAR:
            return self._reading.dbf, copy(value)
        octets = bytes(int(c) & 0xFF for c in (value if is_array(value) else [value]))
        if self._is_text:
            return "STRING", octets.split(b"\0")[0].decode("utf-8", "surrogateescape")
        return "UCHAR", np.frombuffer(octets, "u1") if is_array(value) else octets[0]

    def put(self, value: Value, done: Done) -> None:
        """Write it, once somebody is there; done(None or error) when the far end has completed it."""
        self._sent = value, done
        self._send()

    def _send(self) -> None:
        if self._sent is None or self._native < 0:
            return
        (value, done), self._sent = self._sent, None
        if not self._rights & WRITE:
            done("no write access")
            return
        try:
            if self._native == dbr.CHAR:
                value = self._octets(value)
            put = dbr.sent(value, self._native, self._elements)
        except (ValueError, OverflowError) as error:
            done(str(error))
            return
        waiting = [done]
        self._begun.append(waiting)
        self._channel.put(put, waiting)

    def _octets(self, value: Value) -> Value:
        """What goes to characters: a text's own, else numbers, -1 and 255 being the same."""
        if self._is_text and isinstance(value, str):
            return characters(value.encode("utf-8", "surrogateescape") + b"\0")
        return to_array(value if is_array(value) else [value], "SHORT").astype("i1")  # type: ignore[union-attr]

    def close(self) -> None:
        """No longer watch."""
        self._channel.close()
        self._reading, self._native = None, -1

    # ---- what the channel tells ----

    def connected_to(self, native: int, elements: int, host: str, rights: int) -> None:
        self._native, self._elements, self._rights = native, elements, rights
        self._send()

    def disconnected_from(self) -> None:
        self._reading, self._native = None, -1
        begun, self._begun = self._begun, []
        for waiting in begun:
            tell_all(waiting, DISCONNECTED)
        self._updated()

    def allowed(self, rights: int) -> None:
        self._rights = rights
        self._updated()

    def received(self, is_text: bool, update: dbr.Reading) -> None:
        if self._native >= 0:
            self._reading = update
            self._updated()

    def described(self, properties: dbr.Properties) -> None:
        """Limits are nothing that is saved."""

    def sent(self) -> None:
        """One put at a time is all that is asked."""

    def completed(self, waiting: Sequence[Done], error: str | None) -> None:
        if any(begun is waiting for begun in self._begun):
            self._begun = [begun for begun in self._begun if begun is not waiting]
            tell_all(waiting, error)
