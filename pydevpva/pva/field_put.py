"""Puts of PVAccess's clients. See each method for its thread."""

from __future__ import annotations

from pydevpva.engine.address import Address
from pydevpva.engine.put import Put, check_code
from pydevpva.pva.clients import PvaClients
from pydevpva.pva.options import PutOptions
from pydevpva.pva.types.p4p_types import Operation
from pydevpva.pva.types.shape import Shape
from pydevpva.records.core.values import Sent
from pydevpva.serving.client_put import ClientPut


class PvaPut(ClientPut):
    """What puts to a field and to a group have in common: p4p's operation, which is answered exactly once."""

    __slots__ = ()
    _clients: PvaClients
    _operation: Operation
    _wait: bool

    def cancelled(self) -> None:
        """The client is gone or wants it no more; on the pvxs thread."""
        self._clients.loop.add(self.give_up)

    @property
    def channel_name(self) -> str:
        return str(self._operation.name())

    def tell(self, error: str | None) -> None:
        operation = self._operation
        del self._operation  # it holds us for onCancel: a circle, which the collector would free, on the wrong thread
        if error:
            operation.done(error=error.encode("utf-8", "backslashreplace").decode())  # it may quote a client's bytes
        else:
            operation.done()
        self._clients.spent.append(operation)


class FieldPut(PvaPut, Put):
    """A put to one field."""

    __slots__ = ("_clients", "_operation", "_peer", "_sent", "_shape")

    def __init__(
        self,
        clients: PvaClients,
        operation: Operation,
        address: Address,
        shape: Shape,
        value: Sent | None,
        options: PutOptions,
    ) -> None:
        Put.__init__(self, clients.puts, address, 1, *options)
        self._clients, self._operation, self._shape, self._sent = clients, operation, shape, value
        asked = clients.rules is not None or clients.put_log.on
        self._peer = clients.peers.peer(operation) if asked else None
        if self._wait:
            operation.onCancel(self.cancelled)

    def go(self) -> None:
        address, sent = self.address, self._sent
        if sent is None:
            self._only_process(address)
        else:
            self.value = self._shape.accept(address, sent)
            if address.may_be_code:
                check_code(address, self.value)
        if not self.ended:
            self.start()

    @property
    def sent(self) -> Sent | None:
        return self._sent

    def _only_process(self, address: Address) -> None:
        """The client changed no value: as QSRV2's processRequest."""
        record, process = address.record, self._process_it
        if process is False or (process is None and (record.SCAN or not address.field.pp)):
            self.end(None)
        else:
            self.address = Address(record, record.find_field("PROC"))
