"""Where a test of an IOC failed: in its own lines, not in those of the IOC that called them. No thread."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from pydevpva.errors import PydevpvaError

OURS = "pydevpva"
INSIDE = (OURS, "asyncio", "concurrent")  # packages whose code says nothing about a test that fails


def without_inside(error: BaseException) -> BaseException:
    """The same error; its traceback, and those of its causes, without the lines inside pydevpva and asyncio.

    What pydevpva raises on purpose says what to do. Any other error that began there keeps all: the place is wanted.
    """
    for one in _with_causes(error):
        entries = list(_entries(one.__traceback__))
        meant = isinstance(one, (PydevpvaError, TimeoutError)) or not entries or _package(entries[-1]) != OURS
        shown = [entry for entry in entries if _package(entry) not in INSIDE]
        if meant and shown:
            one.__traceback__ = _chained(shown)
    return error


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _entries(entry: TracebackType | None) -> Iterator[TracebackType]:
    while entry is not None:
        yield entry
        entry = entry.tb_next


def _chained(entries: list[TracebackType]) -> TracebackType | None:
    """A traceback of these entries; theirs stay as they are."""
    after: TracebackType | None = None
    for entry in reversed(entries):
        after = TracebackType(after, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return after


def _package(entry: TracebackType) -> str:
    return str(entry.tb_frame.f_globals.get("__name__")).partition(".")[0]
