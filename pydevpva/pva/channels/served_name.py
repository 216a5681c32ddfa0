"""ServedName: one PV name that clients may ask for; cheap until one does."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from p4p._p4p import SharedPV  # p4p.server.raw wraps it once more: 2.5 times the memory and the time per record

from pydevpva.foreign_threads import hold_thread, release_thread
from pydevpva.pva.channels.channel_of import AnyChannel, channel_of
from pydevpva.pva.clients import PvaClients
from pydevpva.pva.field_put import FieldPut
from pydevpva.pva.options import put_options
from pydevpva.pva.types.p4p_types import Operation, Structure
from pydevpva.queues import take

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds


class PV(SharedPV):  # type: ignore[misc]  # p4p has no types
    """p4p's PV; a post that comes when pvxs's thread has closed it, because the last client left, is dropped."""

    __slots__ = ()
    post_open = SharedPV.post  # RuntimeError when it is closed

    def open(self, value: Structure) -> None:
        self.handler.opened_with(value)

    def open_here(self, value: Structure) -> None:
        """On the pvxs thread."""
        super().open(value)

    def post(self, value: Structure) -> None:
        try:
            self.post_open(value)
        except RuntimeError:
            if self.isOpen():
                raise


class _First:
    """The first value of a PV on its way from the database thread to pvxs's, or None.

    `taken`: that thread needs it no more, whether or not it has opened the PV.
    """

    def __init__(self) -> None:
        self.value: queue.SimpleQueue[Structure | None] = queue.SimpleQueue()
        self.taken = threading.Event()
        self.opened = False


class ServedName:
    """Handler of a PV that is closed until the first client connects and after the last has left.

    p4p calls put, onFirstConnect and onLastDisconnect on the pvxs thread; `_connected` belongs to that thread,
    all else to the database thread. The PV is opened and closed by pvxs's thread, which gets its first value from the
    database thread while both wait: pvxs keeps a PV locked while it opens it for clients that subscribed already, each
    of which needs that thread, which may wait for the lock (docs/decisions/0015).
    """

    __slots__ = ("_channel", "_clients", "_connected", "_first", "_name", "pv")

    def __init__(self, name: str, clients: PvaClients) -> None:
        self._name, self._clients = name, clients
        self._channel: AnyChannel | None = None
        self._connected = False
        self._first: _First | None = None
        self.pv = PV(self)

    # ---- pvxs thread ----

    def onFirstConnect(self) -> None:
        hold_thread()
        if self._clients.stopping:  # no time to lose: others wait for their answers
            return
        self._connected = True
        first = _First()
        self._clients.loop.submit_next(self._open, first)
        try:
            if (value := take(first.value, PATIENCE)) is not None:
                self.pv.open_here(value)
                first.opened = True
        except queue.Empty:
            if not self._clients.stopping:
                log.warning("%s: the IOC was busy for %g s; its clients have to connect again", self._name, PATIENCE)
                self._close_elsewhere()
        except Exception:
            if not self._clients.stopping:
                log.exception("internal error: %s cannot be opened", self._name)
        finally:
            first.taken.set()

    def onLastDisconnect(self) -> None:
        self._connected = False
        self.pv.close()
        self._clients.loop.submit_next(self._leave)
        self.left()
        release_thread()

    def left(self) -> None:
        """The last client has."""

    @property
    def in_use(self) -> bool:
        """Whether a client has it open; on the pvxs thread."""
        return self._connected

    def put(self, operation: Operation) -> None:
        self._clients.bury()
        channel = self._channel
        try:
            if channel is None:
                raise RuntimeError("a put to a PV that is not open")
            value = channel.shape.sent(operation.value())
            options = put_options(operation.pvRequest(), self._name)
            put = FieldPut(self._clients, operation, channel.address, channel.shape, value, options)
        except Exception as error:
            operation.done(error=f"{self._name}: {error}")
        else:
            put.submit()

    def rpc(self, operation: Operation) -> None:
        operation.done(error=f"{self._name} takes no remote procedure calls")

    # ---- database thread ----

    def _open(self, first: _First) -> None:
        try:
            if self._channel is not None or not self._connected or self._clients.stopping or first.taken.is_set():
                return
            channel = self._make()
            self._channel, self._first = channel, first  # before open: a client may put as soon as it has its type
            try:
                channel.open()
            except BaseException:
                self._channel = None
                raise
        finally:
            self._first = None
            first.value.put(None)

    def opened_with(self, value: Structure) -> None:
        """Return when pvxs's thread has opened the PV; it waits for the value."""
        first = self._first
        assert first is not None
        first.value.put(value)
        first.taken.wait(PATIENCE)
        if not first.opened:
            raise RuntimeError(f"{self._name} was not opened")

    def _make(self) -> AnyChannel:
        return channel_of(self._name, self._clients.database.find(self._name), self.pv, self._renew)

    def _leave(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.leave()

    def _renew(self) -> None:
        """The value has another type: clients lose the channel, connect again by themselves, and find the new type."""
        self._leave()
        self._close_elsewhere()

    def _close_elsewhere(self) -> None:
        """Close the channels on a thread made for it: that waits for pvxs's thread, which may be waiting for ours."""
        threading.Thread(target=self.pv.close, name="pva-close", daemon=True).start()


class PassingName(ServedName):
    """One that is forgotten: `on_leaving` is told the name when its last client has left; on the pvxs thread."""

    __slots__ = ("_on_leaving",)

    def __init__(self, name: str, clients: PvaClients, on_leaving: Callable[[str], object]) -> None:
        super().__init__(name, clients)
        self._on_leaving = on_leaving

    def left(self) -> None:
        self._on_leaving(self._name)
