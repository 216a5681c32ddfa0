"""Restoring at iocInit: pass 0 before records are initialised, pass 1 after that. Database thread.

The files were read before. One line is told for each file, and one for each PV that could not be restored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

from pydevpva.db.model import Field
from pydevpva.engine.database import Database
from pydevpva.errors import PutError, PydevpvaError
from pydevpva.keep.fields import NEVER, restore_after, restore_before
from pydevpva.keep.restore_files import RestoreFile
from pydevpva.keep.sav_text import Entry
from pydevpva.keep.settings import OK, WARNING
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)
MOST_TOLD = 100  # lines of one file that are damaged
Restore = Callable[[Record, Field, "str | list[str]"], "tuple[str | None, list[str]]"]


class Restorer:
    """Restores the files of both passes. What is passed over in a pass is told if the other does not do it either."""

    def __init__(self, database: Database, files: Sequence[RestoreFile]) -> None:
        self._database, self._files = database, files
        self._told: set[str] = set()

    def before_records(self) -> None:
        """Pass 0: scalars and links, as if the database files had them."""
        self._restore(0, partial(_before, self._database))

    def after_records(self) -> None:
        """Pass 1: scalars and arrays; the records have their constants, and none has been processed."""
        self._restore(1, restore_after)

    def _restore(self, pass_: int, restore: Restore) -> None:
        for file in self._files:
            if file.pass_ == pass_:
                both = any(other.name == file.name and other.pass_ != pass_ for other in self._files)
                self._restore_file(file, restore, both)

    def _restore_file(self, file: RestoreFile, restore: Restore, both: bool) -> None:
        if not file.used:
            if not file.complaints:
                self._tell(logging.INFO, f"autosave: {file.path} is not there yet: nothing is restored from it")
            return
        damaged = [*file.found.broken, *file.found.odd]
        for line in damaged[:MOST_TOLD]:
            self._tell(logging.WARNING, f"autosave: {file.used} {line}: passed over")
        if len(damaged) > MOST_TOLD:
            self._tell(logging.WARNING, f"autosave: {file.used}: {len(damaged) - MOST_TOLD} more such lines")
        for entry in file.found.entries:
            self._restore_entry(file, entry, restore, both)
        if file.failed and file.status == OK:
            file.status = WARNING
            file.text = f"{file.failed} PV {'error' if file.failed == 1 else 'errors'}"
        log.info("autosave: %s: %d values restored in pass %d", file.used, file.done, file.pass_)

    def _restore_entry(self, file: RestoreFile, entry: Entry, restore: Restore, both: bool) -> None:
        where = f"autosave: {file.used} line {entry.line}: {entry.name}"
        try:
            record, field = self._find(entry.name)
            passed, lost = restore(record, field, entry.value)
        except (PydevpvaError, PutError, ValueError, TypeError) as error:
            file.failed += 1
            self._tell(logging.WARNING, f"{where}: {str(error).removeprefix(f'{entry.name}: ')}; it is not restored")
            return
        for what in lost:
            self._tell(logging.WARNING, f"{where}: {what}")
        if passed is None:
            file.done += 1
        elif passed == NEVER or not both:
            self._tell(logging.INFO if passed == NEVER else logging.WARNING, f"{where} is not restored: {passed}")

    def _find(self, name: str) -> tuple[Record, Field]:
        if not self._database.has_record(name):
            raise ValueError(f"no record {name.partition('.')[0]}")
        address = self._database.look_up(name)
        return address.record, address.field

    def _tell(self, level: int, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            log.log(level, "%s", text)


def _before(database: Database, record: Record, field: Field, value: str | list[str]) -> tuple[str | None, list[str]]:
    return restore_before(database, record, field, value), []
