"""What clients ask for, by command: one function each (EPICS: rsrv camessage.c). Database thread."""

from __future__ import annotations

import struct
from collections.abc import Callable

from pydevpva.ca import decode, protocol
from pydevpva.ca.channel import Channel
from pydevpva.ca.client import Client
from pydevpva.ca.dbr import ACK, TYPES
from pydevpva.ca.monitor import Monitor
from pydevpva.ca.protocol import EXTENDED, Message, header, message, padded
from pydevpva.ca.put import CaPut
from pydevpva.serving.access import Peer

Handler = Callable[[Client, Message], None]
SMALL_REPLY = 1 << 14  # bytes: so large may an answer be that asks for more elements than there are
_MASK = struct.Struct(">12xH2x")  # what subscribes: three floats of old, the mask
PLAIN_TYPES = 6


def _channel(client: Client, asked: Message) -> Channel | None:
    """The channel that a message is about; None: there is none, and the circuit ends."""
    channel = client.channels.get(asked.cid)
    if channel is None:
        client.refuse(asked, protocol.INTERNAL, "Bad Resource ID")
    return channel


# ---- channels ----


def create(client: Client, asked: Message) -> None:
    """Open a channel: its rights, its type, its elements."""
    served, name = client.served, protocol.text(asked.payload)
    address = served.names.find(name) if asked.payload else None
    if address is None:
        client.answer(message(protocol.CREATE_FAILED, cid=asked.cid))
        return
    if not client.channels:
        client.peer = Peer(client.line.host, client.line.user)
    channel = Channel(client, name, address, asked.cid, served.new_number(), served.rights(address, client.peer))
    client.channels[channel.sid] = channel
    kind, elements = channel.told
    if client.line.minor < protocol.LARGE_ARRAYS:
        elements = min(elements, EXTENDED - 1)
    client.answer(
        message(protocol.ACCESS_RIGHTS, cid=asked.cid, available=channel.rights)
        + message(protocol.CREATE_CHANNEL, kind, elements, asked.cid, channel.sid)
    )


def clear(client: Client, asked: Message) -> None:
    """Close a channel."""
    channel = _channel(client, asked)
    if channel is None:
        return
    channel.leave()
    del client.channels[channel.sid]
    client.answer(message(protocol.CLEAR_CHANNEL, asked.type, asked.elements, asked.cid, asked.available))


# ---- reading ----


def _channel_to_read(client: Client, asked: Message) -> Channel | None:
    """The channel that a message asks values of; None: the client has been told why not."""
    channel = _channel(client, asked)
    if channel is not None and (wanted := (asked.type, asked.elements)) != channel.fits:
        if (problem := _too_large(client, channel, asked)) is not None:
            client.complain(asked, *problem, channel.cid)
            return None
        channel.fits = wanted
    return channel


def read_notify(client: Client, asked: Message) -> None:
    """A get; its status goes where the channel's number was."""
    if asked.type >= len(TYPES):
        client.refuse(asked, protocol.BAD_TYPE, f"there is no DBR type {asked.type}")
        return
    channel = _channel_to_read(client, asked)
    if channel is None:
        return
    payload, count, status = _read(channel, asked)
    size = padded(len(payload))
    client.answer(
        header(protocol.READ_NOTIFY, size, asked.type, count, status, asked.available) + payload.ljust(size, b"\0")
    )


def _read(channel: Channel, asked: Message) -> tuple[bytes, int, int]:
    """Payload, count and status; zeros where there is no value."""
    status = protocol.GET_FAILED
    if channel.rights & protocol.MAY_READ:
        try:
            payload, count = channel.encoder(asked.type).payload(channel.address.record, channel.read(), asked.elements)
            return payload, count, protocol.NORMAL
        except (ValueError, TypeError, OverflowError):
            pass
    else:
        status = protocol.NO_READ
    kind = TYPES[asked.type]
    return bytes(kind.size(asked.elements)), asked.elements, status


def read(client: Client, asked: Message) -> None:
    """A get of old clients, which has errors for answers."""
    channel = _channel(client, asked)
    if channel is None:
        return
    if asked.type >= len(TYPES):
        client.refuse(asked, protocol.BAD_TYPE, f"there is no DBR type {asked.type}", channel.cid)
        return
    name = channel.address.record.NAME
    if (problem := _too_large(client, channel, asked)) is not None:
        client.complain(asked, *problem, channel.cid)
        return
    payload, count, status = _read(channel, asked)
    if status != protocol.NORMAL:
        client.complain(asked, status, name, channel.cid)
        return
    if asked.type == 0 and count == 1:
        payload = payload.split(b"\0", 1)[0] + b"\0"
    client.answer(message(protocol.READ, asked.type, count, channel.cid, asked.available, payload))


def _too_large(client: Client, channel: Channel, asked: Message) -> tuple[int, str] | None:
    """Why an answer with so many elements is not sent: status and words."""
    wanted = asked.elements or channel.told[1]
    size = TYPES[asked.type].size(wanted)
    if asked.elements > channel.told[1] and size > SMALL_REPLY:
        return protocol.BAD_COUNT, f"{asked.elements} elements are asked for of {channel.told[1]}"
    if protocol.is_large(padded(size), wanted) and client.line.minor < protocol.LARGE_ARRAYS:
        return protocol.LARGE_FOR_CLIENT, f"the client is of version 4.{client.line.minor}, which has no large arrays"
    if size > client.served.largest:
        return protocol.TOO_LARGE, f"{size} bytes; EPICS_CA_MAX_ARRAY_BYTES lets out {client.served.largest}"
    return None


def read_sync(client: Client, asked: Message) -> None:
    """All before this has been answered."""
    client.answer(message(protocol.READ_SYNC, asked.type, asked.elements, asked.cid, asked.available))


def echo(client: Client, asked: Message) -> None:
    """The same, behind the answers to what was asked before."""
    client.answer(message(*asked))


# ---- writing ----


def write(client: Client, asked: Message) -> None:
    """A put, with or without an answer."""
    channel = _channel(client, asked)
    if channel is None:
        return
    notify = asked.command == protocol.WRITE_NOTIFY
    kind = TYPES[asked.type] if asked.type < len(TYPES) else None
    if kind is None or (kind.number > PLAIN_TYPES and kind.kind != ACK and (notify or not kind.front.size)):
        if notify:
            client.answer(
                message(protocol.WRITE_NOTIFY, asked.type, asked.elements, protocol.BAD_TYPE, asked.available)
            )
        client.refuse(asked, protocol.BAD_TYPE, f"nothing is written as DBR type {asked.type}", channel.cid)
        return
    try:
        value = decode.sent(kind, asked.elements, asked.payload)
    except decode.Short as error:
        client.refuse(asked, protocol.BAD_COUNT, str(error), channel.cid)
        return
    CaPut(client.served.clients, channel, asked, value).begin()


# ---- monitors ----


def event_add(client: Client, asked: Message) -> None:
    """Subscribe; the first update follows at once, whatever the mask."""
    if asked.type >= len(TYPES) or len(asked.payload) < _MASK.size:
        client.refuse(asked, protocol.BAD_TYPE, f"there is no DBR type {asked.type}")
        return
    channel = _channel_to_read(client, asked)
    if channel is None:
        return
    try:
        encoder = channel.new_encoder(asked.type)
    except ValueError as error:
        client.complain(asked, protocol.BAD_TYPE, str(error), channel.cid)
        return
    (mask,) = _MASK.unpack_from(asked.payload)
    monitor = Monitor(client, encoder, asked.available, mask, asked.elements)
    channel.add(monitor)
    if channel.rights & protocol.MAY_READ:
        channel.first(monitor)
    else:
        client.answer(monitor.refused())


def event_cancel(client: Client, asked: Message) -> None:
    """Subscribe no more; an update without a value says that it was the last."""
    channel = _channel(client, asked)
    if channel is None:
        return
    monitor = channel.monitor(asked.available)
    if monitor is None:
        client.refuse(asked, protocol.BAD_MONITOR, channel.address.record.NAME, channel.cid)
        return
    channel.remove(monitor)
    client.answer(message(protocol.EVENT_ADD, monitor.dbr, monitor.count, asked.cid, monitor.number))


def events_off(client: Client, asked: Message) -> None:
    """The client does not keep up: each monitor keeps its newest update."""
    client.flow(on=False)


def events_on(client: Client, asked: Message) -> None:
    """It does again."""
    client.flow(on=True)


HANDLERS: dict[int, Handler] = {
    protocol.CREATE_CHANNEL: create,
    protocol.CLEAR_CHANNEL: clear,
    protocol.READ: read,
    protocol.READ_NOTIFY: read_notify,
    protocol.READ_SYNC: read_sync,
    protocol.ECHO: echo,
    protocol.WRITE: write,
    protocol.WRITE_NOTIFY: write,
    protocol.EVENT_ADD: event_add,
    protocol.EVENT_CANCEL: event_cancel,
    protocol.EVENTS_OFF: events_off,
    protocol.EVENTS_ON: events_on,
}
