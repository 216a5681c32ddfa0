"""Channel Access as the command speaks it, through libca. What libca's threads bring is put on a queue; all else is
on the main thread. Follows ca_test.c and catools: DBR_TIME_x for values, DBR_CTRL_x for what does not change."""

from __future__ import annotations

import ctypes
import itertools
import queue
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pydevpva.ca.links import dbr, libca
from pydevpva.client import given
from pydevpva.client.reading import ClientError, Reading
from pydevpva.db.dbf import DTYPES
from pydevpva.queues import take
from pydevpva.records.core.alarm import CONDITIONS

Update = tuple[str, Reading | ClientError]
GONE = "disconnected"
_NOT_FOUND = "no answer within {:g} s: no server has it, or none is reached"
_events: queue.SimpleQueue[tuple[int, str, Any]] = queue.SimpleQueue()  # number, what, with which


class _Channel:
    def __init__(self, name: str) -> None:
        self.name, self.number = name, next(_numbers)
        self.chid = ctypes.c_void_p()
        self.type = self.count = 0
        self.properties: dbr.Properties | None = None
        self.choices: tuple[str, ...] | None = None
        self.started = False


_numbers = itertools.count(1)


class CaClient:
    """A client of all servers that the environment's EPICS_CA_* let it find. `patience` in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        _checked(libca.lib().ca_context_create(libca.PREEMPTIVE))
        libca.lib().ca_add_exception_event(_EXCEPTION, None)

    def get(self, names: Sequence[str]) -> Iterator[Update]:
        """Each name's value, or why there is none, in the order of the names; all are asked at the same time."""
        end = time.monotonic() + self._patience
        channels = [_opened(name) for name in names]
        found: dict[int, Reading | ClientError] = {}
        for channel, update in self._updates(channels, end):
            found.setdefault(channel.number, update)
            if len(found) == len(channels):
                break
        for channel in channels:
            yield channel.name, found.get(channel.number) or ClientError(_NOT_FOUND.format(self._patience))

    def monitor(self, names: Sequence[str]) -> Iterator[Update]:
        """Updates as they come, without an end; who asks for the next may be interrupted."""
        for channel, update in self._updates([_opened(name) for name in names], None):
            yield channel.name, update

    def put(self, name: str, words: Sequence[str], wait: bool, limit: float | None) -> None:
        """Write what the words say, and wait until all that it sets off is over, at most `limit` seconds.
        ClientError: it was refused, or nobody answers."""
        channel = _opened(name)
        end = time.monotonic() + self._patience
        for found, update in self._updates([channel], end):
            if isinstance(update, ClientError):
                raise update
            type_, count, raw = _sent(found, words)
            if not libca.lib().ca_write_access(found.chid):
                raise ClientError("no write access")
            if not wait:
                _checked(libca.lib().ca_array_put(type_, count, found.chid, raw))
                _flush(found)
                return
            _checked(libca.lib().ca_array_put_callback(type_, count, found.chid, raw, _PUT, found.number))
            libca.lib().ca_flush_io()
            return _await_end(found, limit)
        raise ClientError(_NOT_FOUND.format(self._patience))

    def close(self) -> None:
        """End all connections."""
        libca.lib().ca_context_destroy()

    def _updates(self, channels: Sequence[_Channel], end: float | None) -> Iterator[tuple[_Channel, Any]]:
        """What comes of channels: a value once what is known of it is known. Ends at `end`."""
        by_number = {channel.number: channel for channel in channels}
        while True:
            try:
                number, what, data = take(_events, None if end is None else end - time.monotonic())
            except queue.Empty:
                return
            if (channel := by_number.get(number)) is None:
                continue
            update = _take(channel, what, data)
            if update is not None:
                yield channel, update


def _opened(name: str) -> _Channel:
    channel = _Channel(name)
    raw = name.encode("utf-8", "surrogateescape")
    status = libca.lib().ca_create_channel(raw, _CONNECTION, channel.number, 0, ctypes.byref(channel.chid))
    _checked(status)
    libca.lib().ca_flush_io()
    return channel


def _take(channel: _Channel, what: str, data: Any) -> Reading | ClientError | None:
    """An event of a channel: what it means for who asked."""
    if what == "connected":
        _ask(channel, data)
        return None
    if what == "value" and not isinstance(data, ClientError):
        return _reading(channel, *data)
    if what == "properties":
        _know(channel, *data)
        return None
    return data if isinstance(data, ClientError) else None


def _ask(channel: _Channel, chid: int) -> None:
    """Ask for all that is known of a channel first, then for values: libca answers in that order."""
    library = libca.lib()
    channel.chid = ctypes.c_void_p(chid)
    channel.type, channel.count = library.ca_field_type(chid), library.ca_element_count(chid)
    if not library.ca_read_access(chid):
        _events.put((channel.number, "value", ClientError("no read access")))
        return
    if channel.started:
        return  # libca itself takes up subscriptions again
    channel.started = True
    for type_ in () if channel.type == dbr.STRING else (_properties_type(channel),):
        _checked(library.ca_array_get_callback(type_, 1, chid, _PROPERTIES, channel.number))
    mask = libca.DBE_VALUE | libca.DBE_ALARM
    event = ctypes.c_void_p()
    count = 0 if channel.count > 1 else 1
    _checked(
        library.ca_create_subscription(
            channel.type + dbr.TIME, count, chid, mask, _VALUE, channel.number, ctypes.byref(event)
        )
    )
    library.ca_flush_io()


def _properties_type(channel: _Channel) -> int:
    return dbr.CTRL_ENUM if channel.type == dbr.ENUM else dbr.CTRL_DOUBLE


def _know(channel: _Channel, type_: int, raw: bytes) -> None:
    if type_ == dbr.CTRL_ENUM:
        channel.choices = dbr.choices(raw)
    else:
        channel.properties = dbr.properties(raw)


def _reading(channel: _Channel, type_: int, count: int, raw: bytes) -> Reading:
    found = dbr.reading(type_, count, raw, channel.count == 1)
    value = found.value
    made = Reading(f"DBR_{found.dbf}", value, found.severity, time_ns=found.stamp, choices=channel.choices)
    if found.severity:
        made.message = CONDITIONS[found.status] if 0 <= found.status < len(CONDITIONS) else str(found.status)
    made.limits = {"elements": channel.count, "server": libca.lib().ca_host_name(channel.chid).decode()}
    if (known := channel.properties) is not None:
        made.units = known.units
        made.limits |= {
            "precision": known.precision, "display": list(known.display), "control": list(known.control),
            "alarm": list(known.alarm),
        }  # fmt: skip
    return made


def _sent(channel: _Channel, words: Sequence[str]) -> tuple[int, int, bytes]:
    """The words as what is written. ClientError: it does not take them."""
    text = " ".join(words)
    if channel.type == dbr.ENUM:
        return dbr.sent(given.choice(text, channel.choices or ()), dbr.ENUM, 1)
    if channel.type == dbr.STRING:
        texts = [str(element) for element in given.elements(words)] if channel.count > 1 else [text]
        if long := next((t for t in texts if len(t.encode()) >= dbr.SIZES[dbr.STRING]), None):
            raise ClientError(f"{long!r} has more than the 39 bytes of a string; NAME.VAL$ takes more")
        return dbr.sent(texts if channel.count > 1 else text, dbr.STRING, channel.count)
    if channel.type == dbr.CHAR and channel.count > 1 and text.lstrip()[:1] != "[":
        return dbr.sent(np.frombuffer(text.encode() + b"\0", "u1"), dbr.CHAR, channel.count)
    whole = channel.type not in (dbr.FLOAT, dbr.DOUBLE)
    values = [given.typed_number(element, whole) for element in given.elements(words)]
    if channel.count == 1 and len(values) != 1:
        raise ClientError("it is one number, not an array")
    try:
        return dbr.sent(np.array(values, DTYPES[dbr.DBF[channel.type]]), channel.type, channel.count)
    except OverflowError:
        raise ClientError(f"{text} is beyond what DBR_{dbr.DBF[channel.type]} holds") from None


def _await_end(channel: _Channel, limit: float | None) -> None:
    end = None if limit is None else time.monotonic() + limit
    while True:
        try:
            number, what, data = take(_events, None if end is None else end - time.monotonic())
        except queue.Empty:
            raise ClientError(f"still busy after {limit:g} s: the value was sent, its work is not over") from None
        if number == channel.number and (what == "put" or isinstance(data, ClientError)):
            if isinstance(data, ClientError):
                raise data
            return


def _flush(channel: _Channel) -> None:
    """Have libca send it before the process ends: the answer to a question after it says that it has been read."""
    libca.lib().ca_array_get_callback(channel.type, 1, channel.chid, _VALUE_ONCE, channel.number)
    libca.lib().ca_flush_io()
    _await_end(channel, 1.0)


def _checked(status: int) -> None:
    if status != libca.NORMAL:
        raise ClientError(libca.message(status))


# ---- on libca's threads ----


def _failed(status: int) -> ClientError | None:
    return None if status == libca.NORMAL else ClientError(libca.message(status))


def _on_connection(args: libca.ConnectionArgs) -> None:
    number = libca.lib().ca_puser(args.chid)
    event = ("connected", args.chid) if args.op == libca.CONNECTED else ("gone", ClientError(GONE))
    _events.put((number, *event))


def _on_value(args: libca.EventArgs) -> None:
    error = _failed(args.status)
    size = dbr.time_bytes(args.type, args.count)
    _events.put((args.usr, "value", error or (args.type, args.count, ctypes.string_at(args.dbr, size))))


def _on_properties(args: libca.EventArgs) -> None:
    if args.status == libca.NORMAL:
        size = dbr.CTRL_ENUM_BYTES if args.type == dbr.CTRL_ENUM else dbr.CTRL_DOUBLE_BYTES
        _events.put((args.usr, "properties", (args.type, ctypes.string_at(args.dbr, size))))


def _on_put(args: libca.EventArgs) -> None:
    _events.put((args.usr, "put", _failed(args.status)))


def _on_exception(args: libca.ExceptionArgs) -> None:
    """What no callback is told of; the connection's end comes by itself."""


_CONNECTION = libca.ConnectionHandler(_on_connection)
_VALUE, _PROPERTIES = libca.EventHandler(_on_value), libca.EventHandler(_on_properties)
_PUT = _VALUE_ONCE = libca.EventHandler(_on_put)
_EXCEPTION = libca.ExceptionHandler(_on_exception)
