"""Channel: one field as one client has it open; and what its monitors are told. Database thread."""

from __future__ import annotations

import logging
from typing import Protocol

from pydevpva.ca import read
from pydevpva.ca.encode import Encoder, encoder
from pydevpva.ca.monitor import Audience, Monitor
from pydevpva.ca.protocol import Message
from pydevpva.ca.read import Read
from pydevpva.engine.address import Address
from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.arrays import copy, same
from pydevpva.records.core.record import Record
from pydevpva.serving.access import Peer
from pydevpva.serving.client_put import ClientPut

log = logging.getLogger(__name__)

CHANGED = DBE_VALUE | DBE_LOG
MASKS = {"SEVR": DBE_VALUE, "STAT": DBE_VALUE | DBE_ALARM, "AMSG": DBE_VALUE | DBE_ALARM, "ACKS": DBE_VALUE}
"""What recGblResetAlarms posts these fields with; what else changes while a record processes is CHANGED."""


class Owner(Audience, Protocol):
    """The client, as its channels see it."""

    peer: Peer

    def answer(self, data: bytes) -> None:
        """Send it soon: somebody waits."""

    def complain(self, asked: Message, status: int, words: str, cid: int = ...) -> None:
        """An error that belongs to a message, with its text."""

    def let_go(self, monitor: Monitor) -> None:
        """It is no more."""

    def lose(self, channel: Channel) -> None:
        """Close the channel; the client looks for it anew."""


class Channel:
    """A sink of its record while it has monitors.

    `name` is what the client calls it, `cid` its number for it, `sid` ours; `told` the type and the elements that it
    was told, `fits` those asked for last for which an answer has room; `read()` gives the value as it is.
    """

    __slots__ = (
        "_encoder", "_is_image", "_is_value", "_last", "_name", "_puts", "address", "cid", "client", "fits",
        "monitors", "name", "read", "rights", "sid", "told",
    )  # fmt: skip

    def __init__(self, client: Owner, name: str, address: Address, cid: int, sid: int, rights: int) -> None:
        self.name = name
        self.client, self.address, self.cid, self.sid, self.rights = client, address, cid, sid, rights
        self.told = (read.type_number(address), read.capacity(address))
        self.read = read.reader(address)
        self.fits = (-1, 0)
        self.monitors: tuple[Monitor, ...] = ()
        self._name = address.field.name
        self._is_value = self._name == "VAL"
        self._is_image = self._is_value and address.record.whole_value == "image" and not address.filters
        self._encoder: Encoder | None = None
        self._puts: set[ClientPut] | None = None
        self._last: Read = 0

    # ---- values ----

    def encoder(self, number: int) -> Encoder:
        """What makes payloads of that type; that of the last read is kept. ValueError: nothing is read as that."""
        made = self._encoder
        if made is None or made.dbr.number != number:
            made = self._encoder = encoder(self.address, number)
        return made

    def new_encoder(self, number: int) -> Encoder:
        """One of its own for a monitor."""
        return encoder(self.address, number)

    # ---- monitors ----

    def add(self, monitor: Monitor) -> None:
        """Watch the record for one more monitor."""
        if not self.monitors:
            self._last = copy(self.read())
            self.address.record.attach(self)
        self.monitors += (monitor,)

    def remove(self, monitor: Monitor) -> None:
        """The opposite."""
        self.monitors = tuple(m for m in self.monitors if m is not monitor)
        self.client.let_go(monitor)
        if not self.monitors:
            self.address.record.detach(self)

    def monitor(self, number: int) -> Monitor | None:
        """By the client's number for it."""
        return next((m for m in self.monitors if m.number == number), None)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """See records.core.record.Sink. A bug here does not stop the record."""
        try:
            if field == self._name or (field is None and self._is_value):
                if mask:
                    self._post(record, mask)
            elif mask & DBE_PROPERTY:
                self._post(record, DBE_PROPERTY)
            elif field is None and self._name not in record.posts_itself:
                self._look(record)
        except Exception:
            log.exception("internal error: %s.%s cannot be posted", record.NAME, self._name)

    def _look(self, record: Record) -> None:
        """The record has processed, and may have changed this field besides VAL."""
        if not same(read.read(self.address.source()) if self.address.filters else self.read(), self._last):
            self._post(record, MASKS.get(self._name, CHANGED))

    def _has_outgrown(self) -> bool:
        """Whether an image has another type, or more elements, than the client was told."""
        now = Address(self.address.record, self.address.field)
        kind, elements = self.told
        return read.type_number(now) != kind or read.capacity(now) > elements

    def _post(self, record: Record, mask: int) -> None:
        address = self.address
        if self._is_image and self._has_outgrown():
            self.client.lose(self)
            return
        if address.filters:
            if not self._is_value:
                self._last = copy(read.read(address.source()))
            update = read.filtered(address, read.update_of(address, record, mask))
            if update is not None:
                for monitor in self.monitors:
                    if monitor.mask & mask:
                        monitor.post(update, update.value)
            return
        value = self.read()
        if not self._is_value:
            self._last = copy(value)
        for monitor in self.monitors:
            if monitor.mask & mask:
                monitor.post(record, value)

    def first(self, monitor: Monitor) -> None:
        """What a monitor is told in the beginning, whatever its mask."""
        address, record = self.address, self.address.record
        if not address.filters:
            monitor.post(record, self.read())
        elif (update := read.filtered(address, read.update_of(address, record, monitor.mask))) is not None:
            monitor.post(update, update.value)

    # ---- puts ----

    def add_put(self, put: ClientPut) -> None:
        """One that waits for its end."""
        if self._puts is None:
            self._puts = set()
        self._puts.add(put)

    def forget_put(self, put: ClientPut) -> None:
        """It has ended."""
        if self._puts is not None:
            self._puts.discard(put)

    # ---- its end ----

    def leave(self) -> None:
        """The client has closed it: puts that have not begun are dropped."""
        for put in tuple(self._puts or ()):
            put.give_up()
        if self.monitors:
            for monitor in self.monitors:
                self.client.let_go(monitor)
            self.monitors = ()
            self.address.record.detach(self)
