"""CaClient: what libca knows of one IOC's links, and the thread that speaks to it.

libca may wait at any call: for a server that does not read, or for one of its own threads. So its calls are made on the
thread "ca-links", and its callbacks, which come on threads of its own, only hand over to the database thread.
Follows dbCa.c: a preemptive context, a circuit of its own for links.
"""

from __future__ import annotations

import ctypes
import itertools
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from pydevpva.ca.links import libca
from pydevpva.loop import Loop

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds that the end of an IOC waits for libca
known: dict[int, Any] = {}  # whom libca calls back, by the number that it was given: pointers it gives back as they are
_numbers = itertools.count(1)


class CaClient:
    """libca's context of one IOC, made when the first link needs it. `environment` has the EPICS_CA_* variables that
    the process's environment may not have."""

    def __init__(self, loop: Loop, environment: Mapping[str, str]) -> None:
        self.loop = loop
        self._environment = environment
        self._thread = Loop("ca-links", deep=False)
        self._started = self._closed = self._flushes = False
        self.channels: set[int] = set()  # of libca's that are open; on the thread
        self._mine: set[int] = set()  # of those known

    @property
    def started(self) -> bool:
        """Whether any link has needed it."""
        return self._started

    def submit(self, work: Callable[..., object], *args: object) -> None:
        """Have work(*args) done on the thread that may call libca; from the database thread and libca's."""
        if self._closed:
            return
        if not self._started:
            self._started = True
            self._thread.start()
            self._thread.submit(self._begin)
        self._thread.submit(work, *args)

    def know(self, owner: object) -> int:
        """A number by which libca's callbacks find the owner, until it is forgotten or the IOC ends; any thread."""
        number = next(_numbers)
        known[number] = owner
        self._mine.add(number)
        return number

    def forget(self, number: int) -> Any:
        """Whose number it was; None: it is forgotten already; any thread."""
        self._mine.discard(number)
        return known.pop(number, None)

    def _begin(self) -> None:
        """libca looks for its variables in the process's environment, and its repeater does at a time of its own."""
        os.environ.update({k: v for k, v in self._environment.items() if k.startswith("EPICS_CA_")})
        status = libca.lib().ca_context_create(libca.PREEMPTIVE)
        if status != libca.NORMAL:
            log.error("Channel Access: no context for links: %s", libca.message(status))
        libca.lib().ca_add_exception_event(_EXCEPTION, None)

    def open(self, name: str, handler: Any, number: int) -> ctypes.c_void_p:
        """A channel of libca; on the thread. ValueError: it cannot be."""
        channel = ctypes.c_void_p()
        status = libca.lib().ca_create_channel(
            name.encode("utf-8", "surrogateescape"), handler, number, libca.DB_LINKS, ctypes.byref(channel)
        )
        if status != libca.NORMAL:
            raise ValueError(libca.message(status))
        self.channels.add(channel.value or 0)
        self.flush()
        return channel

    def clear(self, channel: ctypes.c_void_p) -> None:
        """End a channel, with all that it has; on the thread."""
        self.channels.discard(channel.value or 0)
        libca.lib().ca_clear_channel(channel)
        self.flush()

    def flush(self) -> None:
        """Send what was asked for at the end of the pass, all of it together; on the thread."""
        if not self._flushes:
            self._flushes = True
            self._thread.at_end(self._flush)

    def _flush(self) -> None:
        self._flushes = False
        libca.lib().ca_flush_io()

    def close(self) -> None:
        """End all connections; on the main thread. A libca that does not come back is left to itself."""
        if self._started and not self._closed:
            self._thread.submit(self._end)
            self._closed = True
            self._thread.stop(PATIENCE)

    def _end(self) -> None:
        for channel in list(self.channels):
            libca.lib().ca_clear_channel(channel)
        self.channels.clear()
        for number in list(self._mine):
            self.forget(number)
        libca.lib().ca_context_destroy()


def _on_exception(args: libca.ExceptionArgs) -> None:
    """What no callback is told of: a server that has gone, a put that was refused; on a thread of libca's."""
    libca.keep_thread()
    name = libca.lib().ca_name(args.chid) if args.chid else None
    about = name or args.context or b"unknown"
    log.warning("Channel Access: %s: %s", about.decode("utf-8", "replace"), libca.message(args.status))


_EXCEPTION = libca.ExceptionHandler(_on_exception)
