"""A forked child lets go of the sockets of pvxs, which it cannot use. On the child's only thread.

While a child had them, a port would stay taken when the IOC has ended, and clients would not see that it has. pvxs
does not tell its sockets, but on Linux the kernel does: they are what the epolls watch that it waits on. One of
libevent's watches an eventfd besides; asyncio's and other ones of Python's do not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress

_WATCHED = re.compile(r"^tfd: *(\d+)", re.MULTILINE)


def close_sockets() -> None:
    """Close what the event loops of pvxs wait for, and these themselves."""
    with suppress(OSError):  # no /proc
        for descriptor in list(_descriptors()):
            with suppress(OSError):
                os.close(descriptor)


def _descriptors() -> Iterator[int]:
    for name in os.listdir("/proc/self/fd"):
        if _kind(name) != "anon_inode:[eventpoll]":
            continue
        with open(f"/proc/self/fdinfo/{name}", encoding="ascii") as file:
            watched = _WATCHED.findall(file.read())
        if any(_kind(other) == "anon_inode:[eventfd]" for other in watched):
            yield from map(int, watched)
            yield int(name)


def _kind(name: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        return ""
