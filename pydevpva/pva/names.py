"""ServedName: one PV name that clients may ask for; cheap until one does."""

from __future__ import annotations

import logging
import threading
from typing import Any

from p4p._p4p import SharedPV  # p4p.server.raw wraps it once more: 2.5 times the memory and the time per record

from pydevpva.pva.accept import sent_value
from pydevpva.pva.channels import AnyChannel, channel_of
from pydevpva.pva.options import put_options
from pydevpva.pva.puts import ClientPut, Puts

log = logging.getLogger(__name__)


PATIENCE = 5.0  # seconds


class PV(SharedPV):  # type: ignore[misc]  # p4p has no types
    """p4p's PV; a post that comes when pvxs's thread has closed it, because the last client left, is dropped."""

    __slots__ = ()

    def post(self, value: Any) -> None:
        try:
            super().post(value)
        except RuntimeError:
            if self.isOpen():
                raise


class ServedName:
    """Handler of a PV that is closed until the first client connects and after the last has left.

    p4p calls put, onFirstConnect and onLastDisconnect on the pvxs thread; `_connected` belongs to that thread,
    all else to the database thread. The PV is opened while pvxs's thread waits, and closed by that thread: pvxs keeps
    a PV locked while it opens it for clients that subscribed already, each of which needs that thread, which may wait
    for the lock (docs/decisions/0015).
    """

    __slots__ = ("_channel", "_connected", "_name", "_puts", "pv")

    def __init__(self, name: str, puts: Puts) -> None:
        self._name, self._puts = name, puts
        self._channel: AnyChannel | None = None
        self._connected = False
        self.pv = PV(self)

    # ---- pvxs thread ----

    def onFirstConnect(self) -> None:
        self._connected = True
        try:
            self._puts.database.loop.call(self._open, timeout=PATIENCE, next=True)
        except Exception:
            if not self._puts.stopping:
                log.exception("internal error: %s cannot be opened", self._name)

    def onLastDisconnect(self) -> None:
        self._connected = False
        self.pv.close()
        self._puts.database.loop.submit_next(self._leave)

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
        channel = self._make()
        self._channel = channel  # before open: a client may put as soon as it has its type
        try:
            channel.open()
        except BaseException:
            self._channel = None
            raise

    def _make(self) -> AnyChannel:
        return channel_of(self._name, self._puts.database.find(self._name), self.pv, self._renew)

    def _leave(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.leave()

    def _renew(self) -> None:
        """The value has another type: clients lose the channel, connect again by themselves, and find the new type.

        Closing the channels waits for pvxs's thread, and that may be waiting for this one: it is done on neither.
        """
        self._leave()
        threading.Thread(target=self.pv.close, name="pva-renew", daemon=True).start()
