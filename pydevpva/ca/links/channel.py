"""Channel: one PV of another server as libca has it, with its subscriptions and the puts to it.

What it is asked is queued for the thread "ca-links"; what libca tells comes on threads of libca's and is queued for the
database thread, where the channel's user hears of it. Each libca callback is given the number of the object it is for.
"""

from __future__ import annotations

import ctypes
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from pydevpva.ca.links import dbr, libca
from pydevpva.ca.links.client import CaClient, known

log = logging.getLogger(__name__)

Done = Callable[[str | None], None]
Put = tuple[int, int, bytes]  # DBR type, number of elements, their bytes
MOST_WAITING = 5  # updates that wait for the database thread; then the newest takes the place of the last (dbCa.c)


class User(Protocol):
    """Who has a channel; on the database thread."""

    def connected_to(self, native: int, elements: int, host: str, rights: int) -> None:
        """There it is: its DBR type, its capacity, its server, and what we may do: 1 to read, 2 to write."""

    def disconnected_from(self) -> None: ...
    def allowed(self, rights: int) -> None: ...
    def received(self, is_text: bool, update: dbr.Reading) -> None:
        """A value; is_text: the text of a state."""

    def described(self, properties: dbr.Properties) -> None: ...
    def sent(self) -> None:
        """The last put is on its way: another may be sent."""

    def completed(self, waiting: Sequence[Done], error: str | None) -> None:
        """All that a put set off has ended."""


def tell_all(waiting: Sequence[Done], error: str | None) -> None:
    """Tell who waits for a put how it ended; on the database thread."""
    for done in waiting:
        done(error)


class Channel:
    """A channel. `reads`: it subscribes to values; `texts`: also to the texts of the states of an enum."""

    def __init__(self, client: CaClient, name: str, user: User, reads: bool) -> None:
        self.name, self.user, self.client = name, user, client
        self.reads, self.texts = reads, False
        self._id: ctypes.c_void_p | None = None  # libca's
        self._native = self._elements = -1  # as of the last connect
        self._subscriptions: list[Subscription] = []
        self._has_texts = False
        self._number = 0  # by which libca's callbacks find us
        self._closed = False
        self.is_open = False

    # ---- what the database thread asks ----

    def open(self) -> None:
        """Look for it."""
        self._number = self.client.know(self)
        self.is_open = True
        self.client.submit(self._open)

    def close(self) -> None:
        """Nobody wants it any more."""
        self._closed = True
        if self.is_open:
            self.is_open = False
            self.client.submit(self._close)

    def want_texts(self) -> None:
        """From now on also the texts of the states, if it has some."""
        if not self.texts:
            self.texts = True
            self.client.submit(self._subscribe_texts)

    def put(self, put: Put, waiting: Sequence[Done]) -> None:
        """Send a value; who waits is told of when the server has completed it."""
        self.client.submit(self._put, put, waiting)

    def refresh(self, done: Callable[[], object]) -> None:
        """Ask the server for the value, apart from what the subscription brings; done() when it has been told."""
        self.client.submit(self._refresh, done)

    def tell(self, what: Callable[..., object], *args: object) -> None:
        """Have the user hear of something; from any thread."""
        self.client.loop.submit(self._tell, what, args)

    def _tell(self, what: Callable[..., object], args: tuple[object, ...]) -> None:
        if not self._closed:
            what(*args)

    # ---- on the thread that calls libca ----

    def _open(self) -> None:
        try:
            self._id = self.client.open(self.name, _CONNECTION, self._number)
        except ValueError as error:
            log.error("Channel Access: no channel %s: %s", self.name, error)
            return
        libca.lib().ca_replace_access_rights_event(self._id, _ACCESS)

    def _close(self) -> None:
        if self._id is not None:
            self.client.clear(self._id)
            self._id = None
        for number in (self._number, *(subscription.number for subscription in self._subscriptions)):
            self.client.forget(number)

    def connected(self, native: int, elements: int) -> None:
        """libca brings back what there was, unless it is something else now."""
        if self._id is None or (native, elements) == (self._native, self._elements):
            return
        self._native, self._elements, self._has_texts = native, elements, False
        for subscription in self._subscriptions:
            subscription.clear()
        self._subscriptions.clear()
        if native != dbr.STRING:
            self._subscribe(dbr.CTRL_DOUBLE, 1, libca.DBE_PROPERTY)
        if self.reads:
            self._subscribe(native + dbr.TIME, 0, libca.DBE_VALUE | libca.DBE_ALARM)
        if self.texts:
            self._subscribe_texts()

    def _subscribe_texts(self) -> None:
        if self._native == dbr.ENUM and not self._has_texts:
            self._has_texts = True
            self._subscribe(dbr.STRING + dbr.TIME, 1, libca.DBE_VALUE | libca.DBE_ALARM)

    def _subscribe(self, type_: int, count: int, mask: int) -> None:
        if self._id is not None:
            subscription = Subscription(self, is_text=self._native == dbr.ENUM and type_ == dbr.STRING + dbr.TIME)
            self._subscriptions.append(subscription)
            subscription.begin(self._id, type_, count, mask, is_scalar=self._elements == 1)
            self.client.flush()

    def _put(self, put: Put, waiting: Sequence[Done]) -> None:
        type_, count, raw = put
        status, number = 0, 0
        if self._id is not None and waiting:
            number = self.client.know((self, waiting))
            status = libca.lib().ca_array_put_callback(type_, count, self._id, raw, _PUT, number)
        elif self._id is not None:
            status = libca.lib().ca_array_put(type_, count, self._id, raw)
        self.client.flush()
        self.tell(self.user.sent)
        if status != libca.NORMAL and waiting:
            self.client.forget(number)
            self.tell(self.user.completed, waiting, libca.message(status))
        elif status != libca.NORMAL:
            log.warning("put to %s: %s", self.name, libca.message(status))

    def _refresh(self, done: Callable[[], object]) -> None:
        status, number = 0, 0
        if self._id is not None and self._native >= 0:
            number = self.client.know((self, done))
            status = libca.lib().ca_array_get_callback(self._native + dbr.TIME, 0, self._id, _GET, number)
            self.client.flush()
        if status != libca.NORMAL:
            self.client.forget(number)
            self.tell(done)

    def fetched(self, type_: int, count: int, raw: bytes, done: Callable[[], object]) -> None:
        """What `refresh` asked for."""
        self.user.received(False, dbr.reading(type_, count, raw, self._elements == 1))
        done()


class Subscription:
    """Values of one type, from the server to the user."""

    def __init__(self, channel: Channel, is_text: bool) -> None:
        self._channel, self._is_text, self._is_scalar = channel, is_text, True
        self.number = channel.client.know(self)
        self._id = ctypes.c_void_p()
        self._waiting: deque[tuple[int, int, bytes]] = deque()

    def begin(self, channel: ctypes.c_void_p, type_: int, count: int, mask: int, is_scalar: bool) -> None:
        """Subscribe; on the thread that calls libca."""
        self._is_scalar = is_scalar
        status = libca.lib().ca_create_subscription(
            type_, count, channel, mask, _EVENT, self.number, ctypes.byref(self._id)
        )
        if status != libca.NORMAL:
            log.error("Channel Access: %s cannot be watched: %s", self._channel.name, libca.message(status))

    def clear(self) -> None:
        """End it; on the thread that calls libca."""
        self._channel.client.forget(self.number)
        self._waiting.clear()
        if self._id:
            libca.lib().ca_clear_subscription(self._id)

    def event(self, type_: int, count: int, address: int) -> None:
        """An update; on libca's thread."""
        if type_ == dbr.CTRL_DOUBLE:
            self._channel.tell(self._describe, ctypes.string_at(address, dbr.CTRL_DOUBLE_BYTES))
            return
        update = type_, count, ctypes.string_at(address, dbr.time_bytes(type_, count))
        if len(self._waiting) >= MOST_WAITING:
            self._waiting[-1] = update
        else:
            self._waiting.append(update)
            self._channel.tell(self._deliver)

    def _deliver(self) -> None:
        if not self._waiting:
            return  # cleared meanwhile
        type_, count, raw = self._waiting.popleft()
        self._channel.user.received(self._is_text, dbr.reading(type_, count, raw, self._is_scalar))

    def _describe(self, raw: bytes) -> None:
        self._channel.user.described(dbr.properties(raw))


# ---- on libca's threads ----


def _on_connection(args: libca.ConnectionArgs) -> None:
    libca.keep_thread()
    lib = libca.lib()
    channel = known.get(lib.ca_puser(args.chid))
    if channel is None:
        return
    if args.op != libca.CONNECTED:
        channel.tell(channel.user.disconnected_from)
        return
    native, elements = lib.ca_field_type(args.chid), lib.ca_element_count(args.chid)
    host = lib.ca_host_name(args.chid).decode("utf-8", "replace")
    channel.tell(channel.user.connected_to, native, elements, host, _rights(args.chid))
    channel.client.submit(channel.connected, native, elements)


def _rights(chid: int) -> int:
    lib = libca.lib()
    return bool(lib.ca_read_access(chid)) | bool(lib.ca_write_access(chid)) << 1


def _on_access(args: libca.AccessArgs) -> None:
    libca.keep_thread()
    if (channel := known.get(libca.lib().ca_puser(args.chid))) is not None:
        channel.tell(channel.user.allowed, args.rights & 3)


def _on_event(args: libca.EventArgs) -> None:
    libca.keep_thread()
    subscription = known.get(args.usr)
    if subscription is not None and args.status == libca.NORMAL and args.dbr:
        subscription.event(args.type, args.count, args.dbr)


def _on_put(args: libca.EventArgs) -> None:
    libca.keep_thread()
    if (found := known.get(args.usr)) is not None:
        channel, waiting = found
        channel.client.forget(args.usr)
        error = None if args.status == libca.NORMAL else libca.message(args.status)
        channel.tell(channel.user.completed, waiting, error)


def _on_get(args: libca.EventArgs) -> None:
    libca.keep_thread()
    if (found := known.get(args.usr)) is None:
        return
    channel, done = found
    channel.client.forget(args.usr)
    if args.status == libca.NORMAL and args.dbr:
        raw = ctypes.string_at(args.dbr, dbr.time_bytes(args.type, args.count))
        channel.tell(channel.fetched, args.type, args.count, raw, done)
    else:
        channel.tell(done)


_CONNECTION = libca.ConnectionHandler(_on_connection)
_ACCESS = libca.AccessHandler(_on_access)
_EVENT = libca.EventHandler(_on_event)
_PUT = libca.EventHandler(_on_put)
_GET = libca.EventHandler(_on_get)
