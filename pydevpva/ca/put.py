"""CaPut: a put of a Channel Access client, with or without completion. See each method for its thread."""

from __future__ import annotations

from pydevpva.ca import decode
from pydevpva.ca.acknowledge import acknowledge
from pydevpva.ca.channel import Channel
from pydevpva.ca.dbr import ACK, TYPES, Dbr
from pydevpva.ca.protocol import NO_WRITE, NORMAL, PUT_FAILED, WRITE_NOTIFY, Message, message
from pydevpva.engine.put import Put, check_code
from pydevpva.errors import PutError
from pydevpva.records.core.values import Sent
from pydevpva.serving.access import AccessRules, Peer
from pydevpva.serving.client_put import ClientPut, Clients


class CaPut(ClientPut, Put):
    """A put as EPICS's server does it: processes when the field is pp and the record passive. Database thread."""

    __slots__ = ("_channel", "_clients", "_message", "_peer", "_status")
    _clients: Clients

    def __init__(self, clients: Clients, channel: Channel, message: Message, value: Sent) -> None:
        Put.__init__(self, clients.puts, channel.address, value, None, message.command == WRITE_NOTIFY)
        self._clients, self._channel, self._message = clients, channel, message
        self._peer: Peer | None = channel.client.peer
        self._status = PUT_FAILED
        if self._wait:
            channel.add_put(self)

    @property
    def _type(self) -> Dbr:
        return TYPES[self._message.type]

    def check(self, rules: AccessRules, peer: Peer) -> None:
        try:
            super().check(rules, peer)
        except PutError:
            self._status = NO_WRITE
            raise

    def go(self) -> None:
        if self.address.field.special == "SPC_NOMOD":
            self._status = NO_WRITE
            raise PutError(f"{self.name}: this field cannot be changed")
        kind = self._type
        if kind.kind == ACK:
            acknowledge(self.address.record, kind.number, self.value)
            self.end(None)
            return
        self.value = decode.accepted(self.address, kind, self.value)
        check_code(self.address, self.value)
        self.start()

    @property
    def sent(self) -> Sent:
        return self.value

    @property
    def channel_name(self) -> str:
        return self._channel.name

    def tell(self, error: str | None) -> None:
        """A put without completion has no answer but an error."""
        channel, asked = self._channel, self._message
        if self._wait:
            channel.forget_put(self)
            status = NORMAL if error is None else self._status
            channel.client.answer(message(WRITE_NOTIFY, asked.type, asked.elements, status, asked.available))
        elif error is not None:
            channel.client.complain(asked, self._status, error, channel.cid)
