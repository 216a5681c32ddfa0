"""Files that are always whole, whatever happens while they are written. On the thread that calls; it may wait long.

A file is written beside its place, made sure of, and moved there: at any moment the name leads to the old file or to
the new one.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import NamedTuple

from pydevpva.keep.sav_text import is_whole


class Permissions(NamedTuple):
    """As chmod takes them; those that nobody has asked for, less the process's umask."""

    bits: int = 0o664
    asked_for: bool = False


PERMISSIONS = Permissions()


def read_text(path: str) -> str:
    """A file's text; bytes that are no UTF-8 are kept. OSError."""
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "surrogateescape")


def is_good(path: str) -> bool:
    """Whether there is a .sav file there that was written to its end."""
    try:
        return is_whole(read_text(path))
    except OSError:
        return False


def write(path: str, text: str, permissions: Permissions = PERMISSIONS) -> None:
    """Put a new file in the place of the one before. OSError: that one is as it was."""
    path = os.path.realpath(path)  # a link stays one
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.new")  # always the same: one that a crash has left is written over
    try:
        _write_out(beside, text.encode("utf-8", "surrogateescape"), permissions)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    _sync_folder(folder)


def _write_out(path: str, data: bytes, permissions: Permissions) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, permissions.bits)
    try:
        if permissions.asked_for:
            os.fchmod(descriptor, permissions.bits)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    """Make sure of the new name, too, where the file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def copy(path: str, to: str, permissions: Permissions = PERMISSIONS) -> None:
    """The same as `write`, from another file. OSError."""
    write(to, read_text(path), permissions)


def dated(seconds: float) -> str:
    """ "yymmdd-hhmmss", as autosave dates its files; of a time since 1970."""
    return time.strftime("%y%m%d-%H%M%S", time.localtime(seconds))


def unused(path: str) -> str:
    """This name, or where the clock has jumped back and there is one of that date, another behind it."""
    found, number = path, 1
    while os.path.lexists(found):
        found, number = f"{path}-{number}", number + 1
    return found
