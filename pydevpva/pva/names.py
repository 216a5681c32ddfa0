"""ServedName: one PV name that clients may ask for; cheap until one does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from p4p._p4p import SharedPV  # p4p.server.raw wraps it once more: 2.5 times the memory and the time per record

from pydevpva.pva.accept import sent_value
from pydevpva.pva.channels import AnyChannel, channel_of
from pydevpva.pva.options import put_options
from pydevpva.pva.puts import ClientPut, Puts

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)


class ServedName:
    """Handler of a p4p SharedPV that is closed until the first client connects and after the last has left.

    p4p calls put, onFirstConnect and onLastDisconnect on the pvxs thread; `_connected` belongs to that thread,
    all else to the database thread.
    """

    __slots__ = ("_channel", "_connected", "_name", "_puts", "pv")

    def __init__(self, name: str, puts: Puts) -> None:
        self._name, self._puts = name, puts
        self._channel: AnyChannel | None = None
        self._connected = False
        self.pv = SharedPV(self)

    # ---- pvxs thread ----

    def onFirstConnect(self) -> None:
        self._connected = True
        self._puts.database.loop.submit(self._open)

    def onLastDisconnect(self) -> None:
        self._connected = False
        self._puts.database.loop.submit(self._close)

    def put(self, operation: Any) -> None:
        self._puts.bury()
        channel = self._channel
        try:
            if channel is None:
                raise RuntimeError("a put to a PV that is not open")
            value = sent_value(operation.value(), channel.shape)
            options = put_options(operation.pvRequest(), self._name)
            put = ClientPut(self._puts, operation, channel.address, channel.shape, value, options)
        except Exception as error:
            operation.done(error=f"{self._name}: {error}")
        else:
            put.submit()

    def rpc(self, operation: Any) -> None:
        operation.done(error=f"{self._name} takes no remote procedure calls")

    # ---- database thread ----

    def _open(self) -> None:
        if self._channel is not None or not self._connected or self._puts.stopping:
            return
        database: Database = self._puts.database
        channel = channel_of(self._name, database.find(self._name), self.pv)
        self._channel = channel  # before open: a client may put as soon as it has its type
        try:
            channel.open()
        except BaseException:
            self._channel = None
            raise

    def _close(self) -> None:
        if self._channel is not None and not self._connected:  # else another client came meanwhile: stay
            self.shut()

    def shut(self) -> None:
        """Close the PV if it is open; on the database thread."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
