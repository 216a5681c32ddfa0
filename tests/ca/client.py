"""A Channel Access client for tests: EPICS's own libca, as epicscorelibs has it, in this process.

Each `Client` sees one server only. What libca calls comes on threads of its own.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from epicscorelibs.ca import cadef

from tests.ioc_process import PATIENCE

(STRING, SHORT, FLOAT, ENUM, CHAR, LONG, DOUBLE) = range(7)
STS, TIME, GR, CTRL = 7, 14, 21, 28  # to be added
STSACK_STRING, CLASS_NAME = 37, 38
NORMAL, GET_FAILED, PUT_FAILED, NO_READ, NO_WRITE, DISCONNECTED = 1, 152, 160, 368, 376, 192
VALUE, LOG, ALARM, PROPERTY = 1, 2, 4, 8
_VALUES = ("40s", "h", "f", "H", "B", "i", "d")
_SIZES = (40, 2, 4, 2, 1, 4, 8)
# Bytes of what lies in front of the first value, by type (sizeof of db_access.h's structures less that of the value)
_FRONT = {
    0: (0,) * 7,
    STS: (4, 4, 4, 4, 5, 4, 8),
    TIME: (12, 14, 12, 14, 15, 12, 16),
    GR: (4, 24, 40, 422, 19, 36, 64),
    CTRL: (4, 28, 48, 422, 21, 44, 80),
    35: (0, 0, 8, 0, 0, 0, 0),
}


def size_of(kind: int, count: int) -> int:
    """Bytes of so many values of a DBR type."""
    return front_of(kind) + count * _SIZES[base_of(kind)]


def front_of(kind: int) -> int:
    """Bytes in front of the first value."""
    if kind in (STSACK_STRING, CLASS_NAME):
        return 8 if kind == STSACK_STRING else 0
    return _FRONT[kind // 7 * 7][kind % 7]


def base_of(kind: int) -> int:
    """The DBR type of the value alone."""
    return STRING if kind >= STSACK_STRING else kind % 7


@dataclass(frozen=True)
class Got:
    """An answer or an update. `raw` is the structure of db_access.h in this machine's byte order."""

    status: int
    kind: int
    count: int
    raw: bytes

    @property
    def values(self) -> list[Any]:
        base, front = base_of(self.kind), front_of(self.kind)
        found = struct.unpack_from("<" + _VALUES[base] * self.count, self.raw, front)
        return [_text(value) if base == STRING else value for value in found]

    @property
    def value(self) -> Any:
        return self.values[0]

    @property
    def text(self) -> str:
        """An array of characters as the text in it."""
        return bytes(self.values).split(b"\0")[0].decode()

    @property
    def alarm(self) -> tuple[int, int]:
        """(STAT, SEVR)"""
        stat, sevr = struct.unpack_from("<hh", self.raw)
        return stat, sevr

    @property
    def stamp(self) -> tuple[int, int]:
        """Seconds since 1990 and nanoseconds."""
        seconds, nanoseconds = struct.unpack_from("<II", self.raw, 4)
        return seconds, nanoseconds


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "surrogateescape")


def packed(kind: int, value: Any) -> tuple[int, bytes]:
    """(count, memory) of a value or several."""
    values = list(value) if isinstance(value, (list, tuple, bytes)) else [value]
    if kind == STRING:
        return len(values), b"".join(text.encode("utf-8", "surrogateescape").ljust(40, b"\0") for text in values)
    return len(values), struct.pack("<" + ("hfHBid"[kind - 1] if kind < 7 else "H") * len(values), *values)


class Client:
    """A context of libca. `errors` are what it was told apart from answers: (status, text)."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        for name, value in environment.items():
            if name.startswith(("EPICS_CA_", "EPICS_CAS_")):
                os.environ[name] = value  # which libca reads when a context has its first channel
        self._repeater = _take_repeater_port(int(environment["EPICS_CA_REPEATER_PORT"]))
        self.errors: list[tuple[int, str]] = []
        self._channels: list[Channel] = []
        self._enter(lambda: cadef.ca_context_create(1))
        self._context = cadef.libca.ca_current_context
        self._context.restype = ctypes.c_void_p
        self._handler = cadef.exception_handler(self._error)
        cadef.ca_add_exception_event(self._handler, None)
        self._own = self._context()

    @staticmethod
    def _enter(work: Callable[[], object]) -> None:
        cadef.libca.ca_detach_context()
        work()

    def _error(self, args: Any) -> None:
        self.errors.append((args.stat, (args.ctx or b"").decode(errors="replace")))

    def here(self) -> None:
        """Make this the context of the calling thread."""
        attach = cadef.libca.ca_attach_context
        attach.argtypes = [ctypes.c_void_p]
        if self._context() != self._own:
            cadef.libca.ca_detach_context()
            attach(self._own)

    def channel(self, name: str, wait: bool = True, timeout: float = PATIENCE) -> Channel:
        """A channel, connected."""
        made = Channel(self, name)
        self._channels.append(made)
        if wait:
            made.wait_connected(timeout)
        return made

    def get(self, name: str, kind: int | None = None, count: int = 0) -> Got:
        return self.channel(name).get(kind, count)

    def put(self, name: str, value: Any, kind: int | None = None, wait: bool = True) -> int:
        return self.channel(name).put(value, kind, wait)

    def flush(self) -> None:
        cadef.libca.ca_flush_io()

    def close(self) -> None:
        self.here()
        cadef.libca.ca_context_destroy()
        if self._repeater is not None:
            self._repeater.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _take_repeater_port(port: int) -> socket.socket | None:
    """libca starts a process unless somebody has the repeater's port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind(("", port))
    except OSError:
        sock.close()
        return None
    return sock


class _Rights(ctypes.Structure):
    _fields_ = [("chid", ctypes.c_void_p), ("rights", ctypes.c_uint)]


_RIGHTS_HANDLER = ctypes.CFUNCTYPE(None, _Rights)


class Channel:
    """One channel. `states` are its connections and losses, `rights` (may read, may write) as they came."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.name = client, name
        self.states: list[bool] = []
        self.rights: list[tuple[bool, bool]] = []
        self._told = threading.Condition()
        self._chid = ctypes.c_void_p()
        self._kept: list[Any] = [
            cadef.connection_handler(self._connection), _RIGHTS_HANDLER(self._changed_rights)
        ]  # fmt: skip
        client.here()
        cadef.ca_create_channel(name, self._kept[0], self, 20, ctypes.byref(self._chid))
        cadef.libca.ca_replace_access_rights_event(self._chid, self._kept[1])
        client.flush()

    def _connection(self, args: Any) -> None:
        with self._told:
            self.states.append(args.op == cadef.CA_OP_CONN_UP)
            self._told.notify_all()

    def _changed_rights(self, args: Any) -> None:
        with self._told:
            self.rights.append((bool(args.rights & 1), bool(args.rights & 2)))
            self._told.notify_all()

    def _wait(self, happened: Callable[[], object], what: str, timeout: float) -> None:
        with self._told:
            assert self._told.wait_for(happened, timeout), f"{self.name}: no {what} within {timeout} s"

    def wait_connected(self, timeout: float = PATIENCE) -> None:
        self._wait(lambda: self.states and self.states[-1], "connection", timeout)

    def wait_lost(self, timeout: float = PATIENCE) -> None:
        self._wait(lambda: self.states and not self.states[-1], "loss", timeout)

    def wait_rights(self, rights: tuple[bool, bool], timeout: float = PATIENCE) -> None:
        self._wait(lambda: self.rights and self.rights[-1] == rights, f"rights {rights}", timeout)

    @property
    def type(self) -> int:
        return int(cadef.ca_field_type(self._chid))

    @property
    def count(self) -> int:
        return int(cadef.ca_element_count(self._chid))

    def begin_get(self, kind: int | None = None, count: int = 0) -> Callable[[], Got]:
        """Ask; the function returned waits for the answer."""
        return self._begin(
            lambda handler: cadef.ca_array_get_callback(
                self.type if kind is None else kind, count, self._chid, handler, self
            )
        )

    def get(self, kind: int | None = None, count: int = 0, timeout: float = PATIENCE) -> Got:
        return self.begin_get(kind, count)()

    def begin_put(self, value: Any, kind: int | None = None) -> Callable[[], Got]:
        """Put with completion; the function returned waits for it."""
        kind = self.type if kind is None else kind
        count, raw = packed(kind, value)
        return self._begin(lambda handler: cadef.ca_array_put_callback(kind, count, self._chid, raw, handler, self))

    def put(self, value: Any, kind: int | None = None, wait: bool = True) -> int:
        """The status of the completion; without it NORMAL at once."""
        if wait:
            return self.begin_put(value, kind)().status
        kind = self.type if kind is None else kind
        count, raw = packed(kind, value)
        self.client.here()
        cadef.ca_array_put(kind, count, self._chid, raw)
        self.client.flush()
        return NORMAL

    def _begin(self, ask: Callable[[Any], object]) -> Callable[[], Got]:
        ended = threading.Event()
        got: list[Got] = []

        def came(args: Any) -> None:
            got.append(_got(args))
            ended.set()

        handler = cadef.event_handler(came)
        self.client.here()
        ask(handler)
        self.client.flush()

        def result() -> Got:
            assert ended.wait(PATIENCE), f"{self.name}: no answer"
            assert len(got) == 1
            return got[0]

        result.handler = handler  # type: ignore[attr-defined]  # libca calls it
        self._kept.append(handler)
        if len(self._kept) > 100_000:
            del self._kept[2:50_000]
        return result

    def watch(self, kind: int | None = None, mask: int = VALUE | ALARM, count: int = 0) -> Updates:
        """A monitor."""
        updates = Updates(self)

        handler = cadef.event_handler(lambda args: updates.came(_got(args)))
        self.client.here()
        kind = self.type if kind is None else kind
        cadef.ca_create_subscription(kind, count, self._chid, mask, handler, self, ctypes.byref(updates.number))
        self._kept.append(handler)
        self.client.flush()
        return updates

    def clear(self) -> None:
        self.client.here()
        cadef.ca_clear_channel(self._chid)
        self.client.flush()


def _got(args: Any) -> Got:
    raw = b""
    if args.raw_dbr and args.status == NORMAL:
        raw = ctypes.string_at(args.raw_dbr, size_of(args.type, args.count))
    return Got(args.status, args.type, args.count, raw)


class Updates:
    """What a monitor was sent."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.number = ctypes.c_void_p()
        self.all: list[Got] = []
        self._told = threading.Condition()

    def came(self, got: Got) -> None:
        with self._told:
            self.all.append(got)
            self._told.notify_all()

    @property
    def values(self) -> list[Any]:
        return [got.value for got in self.all]

    def wait(self, happened: Callable[[Sequence[Got]], object], timeout: float = PATIENCE) -> None:
        """Return when what came so far is as wanted."""
        with self._told:
            assert self._told.wait_for(lambda: happened(self.all), timeout), self.all[-10:]

    def wait_values(self, *wanted: Any) -> None:
        """These values, in this order, and no others."""
        self.wait(lambda all: len(all) >= len(wanted))
        assert self.values == list(wanted)

    def stop(self) -> None:
        self.channel.client.here()
        cadef.ca_clear_subscription(self.number)
        self.channel.client.flush()
