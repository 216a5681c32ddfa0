"""One set's file: its lines as they were last read, and how they are written. On the thread that writes files.

NAME.sav is written first, then NAME.savB, unless that one is not good: then it comes first. So one of the two is whole
at any moment, whatever happens in between; and a file is never left half written (safe_files.py).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass

from pydevpva.keep.safe_files import Permissions, copy, dated, is_good, read_text, unused, write
from pydevpva.keep.sav_text import file_text, is_whole, parse, value_text
from pydevpva.keep.sequence import write_next
from pydevpva.keep.settings import FAILURE, OK, SEQ_FAIL, WARNING
from pydevpva.records.core.values import Value

log = logging.getLogger(__name__)
Read = tuple[int, "tuple[str, Value] | None"]  # place in the set, DBF type and value
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a save: `status` is one of settings.LABELS, `recently` goes to SR_recentlyStr."""

    status: int
    text: str
    recently: str = ""
    wrote: bool = False
    failed: bool = False  # to be tried again
    missing: int = 0  # PVs without a value


@dataclass(frozen=True, slots=True)
class Order:
    """Where and how to write: `now` in seconds since 1970. With `if_new` only what is not in the file yet."""

    path: str
    now: float
    permissions: Permissions
    backup: bool = True
    incomplete_ok: bool = True
    if_new: bool = False


class SaveFile:
    """The lines of a set. `exact`: numbers with all digits that they need."""

    def __init__(self, names: Sequence[str], exact: bool) -> None:
        self._names, self._exact = names, exact
        self._values: list[str | None] = [None] * len(names)
        self._written: dict[str, tuple[int, int] | None] = {}  # by path: by what the file that was written is known
        self._shared: set[str] = set()  # paths that others write to as well, which has been said
        self._last: tuple[str, list[str | None]] = ("", [])  # the path that was written last, and the values there
        self._failing: set[str] = set()  # what could not be written when it was tried last, which has been said

    def take(self, values: Sequence[Read]) -> None:
        """Values that have been read. One that was there and is no more, in another IOC, is kept."""
        for place, value in values:
            if value is not None:
                dbf, content = value
                self._values[place] = value_text(content, dbf, self._exact)

    def missing(self) -> int:
        """How many PVs have no value."""
        return sum(value is None for value in self._values)

    def lines(self) -> list[tuple[str, str | None]]:
        """For reports: names and values."""
        return list(zip(self._names, self._values, strict=True))

    def save(self, order: Order) -> Outcome:
        """Write the file. Never raises: what went wrong is said once, until it is over."""
        if order.if_new and self._last == (order.path, self._values):
            return Outcome(*self._judged(""))
        missing = self.missing()
        if missing and not order.incomplete_ok:
            return Outcome(WARNING, f"{_values(missing)} missing, not written", missing=missing)
        text = file_text(self._names, self._values, dated(order.now))
        try:
            self._keep_what_would_be_lost(order)
            warning = self._write(order, text)
        except OSError as error:
            self._complain(order.path, error, "; what was saved before is kept")
            recently = f"Can't write '{os.path.basename(order.path)}'"
            return Outcome(FAILURE, "Can't write .sav file", recently, failed=True)
        self._is_well(order.path)
        self._written[order.path] = _identity(order.path)
        self._last = order.path, list(self._values)
        recently = f"Wrote '{os.path.basename(order.path)}'"
        return Outcome(*self._judged(warning), recently, wrote=True, missing=missing)

    def _write(self, order: Order, text: str) -> str:
        """The file and its backup; a word of warning."""
        path, backup = order.path, order.path + "B"
        if not order.backup:
            write(path, text, order.permissions)
            return ""
        if is_good(backup):
            write(path, text, order.permissions)
            write(backup, text, order.permissions)
            return ""
        if os.path.exists(backup):
            bad = unused(f"{backup}_SBAD_{dated(order.now)}")
            os.replace(backup, bad)
            log.warning("autosave: %s was damaged; it is %s now, and a new one is written", backup, bad)
        write(backup, text, order.permissions)
        write(path, text, order.permissions)
        return ".savB file was bad"

    def _judged(self, warning: str) -> tuple[int, str]:
        missing = self.missing()
        if missing:
            return WARNING, f"{_values(missing)} not saved"
        return (WARNING, warning) if warning else (OK, "Ok")

    # ---- what must not get lost ----

    def _keep_what_would_be_lost(self, order: Order) -> None:
        """A file with values of PVs that are not there now is kept, under another name: one that was there before the
        first save, and the first that another program has written since."""
        found, known = _identity(order.path), self._written.get(order.path)
        if found is None or found == known or order.path in self._shared:
            return
        now = {name for name, value in zip(self._names, self._values, strict=True) if value is not None}
        text = read_text(order.path)
        lost = [entry.name for entry in parse(text).entries if entry.name not in now] if is_whole(text) else []
        if lost:
            kept = unused(f"{order.path}_KEPT_{dated(order.now)}")
            write(kept, text, order.permissions)
            more = f" and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
            if known is not None:
                self._shared.add(order.path)
                log.error("autosave: another program writes to %s too; each IOC needs files of its own", order.path)
            log.warning(
                "autosave: %s has values of PVs that are not there now; it is kept as %s: %s%s",
                order.path, kept, ", ".join(lost[:MOST_NAMED]), more,
            )  # fmt: skip

    # ---- backups ----

    def write_sequence(self, order: Order, count: int) -> Outcome | None:
        """The next sequence file; None when all is well, or there is nothing to copy yet."""
        try:
            if not is_good(order.path):
                return None
            name = write_next(order.path, count, read_text(order.path), order.permissions)
        except OSError as error:
            self._complain(f"the next sequence file of {order.path}", error)
            return Outcome(SEQ_FAIL, "Can't write sequence file", failed=True)
        self._is_well(f"the next sequence file of {order.path}")
        return Outcome(OK, "Ok", f"Wrote '{os.path.basename(name)}'", wrote=True)

    def write_dated(self, order: Order) -> None:
        """A backup with the date in its name, NAME.sav_b_yymmdd-hhmmss."""
        try:
            if is_good(order.path):
                copy(order.path, unused(f"{order.path}_b_{dated(order.now)}"), order.permissions)
            self._is_well(f"a dated backup of {order.path}")
        except OSError as error:
            self._complain(f"a dated backup of {order.path}", error)

    def _complain(self, what: str, error: OSError, then: str = "") -> None:
        """Once, until it can be written again."""
        if what not in self._failing:
            self._failing.add(what)
            log.error("autosave: %s cannot be written: %s%s", what, error.strerror or error, then)

    def _is_well(self, what: str) -> None:
        if what in self._failing:
            self._failing.discard(what)
            log.info("autosave: %s is written again", what)


def _identity(path: str) -> tuple[int, int] | None:
    """By what a file is known from another of that name; None: there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _values(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"
