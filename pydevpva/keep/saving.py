"""How a set is saved: its values are read in small pieces, and handed to the thread that writes. Database thread."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pydevpva.background import Run
from pydevpva.errors import PydevpvaError
from pydevpva.keep.save_file import Order, Outcome
from pydevpva.keep.save_set import SaveSet
from pydevpva.keep.settings import Settings
from pydevpva.keep.status import StatusPVs

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)
Told = Callable[[bool], object]  # whether it was written


class Saving:
    """Saves sets and writes their backups; `run` leads to the thread that writes files."""

    def __init__(self, database: Database, settings: Settings, status: StatusPVs, run: Run) -> None:
        self._database, self._settings, self._status, self.run = database, settings, status, run
        self._loop = database.loop

    def now(self) -> float:
        """Seconds since 1970."""
        return self._loop.time_ns() / 1e9

    # ---- the file ----

    def save(self, found: SaveSet, told: Told | None = None) -> None:
        """Begin; told(whether it was written) when it is over."""
        found.busy = True
        found.next_period(self._loop.clock())
        found.reading = self.steps(found, told)
        self._loop.trickle(found.reading)

    def steps(self, found: SaveSet, told: Told | None = None) -> Iterator[None]:
        """Read the values and hand them to the writer, and then have them written."""
        for part in found.values():
            self.run(found.file.take, (part,), ignore)
            yield
        self.write(found, told)

    def write(self, found: SaveSet, told: Told | None = None) -> None:
        """Have written what has been read."""
        order = self._order(found)

        def done(outcome: Outcome | None, error: BaseException | None) -> None:
            self._loop.submit(self._saved, found, order, outcome, error, told)

        self.run(found.file.save, (order,), done)

    def _saved(
        self, found: SaveSet, order: Order, outcome: Outcome | None, error: BaseException | None, told: Told | None
    ) -> None:
        found.busy = False
        if outcome is None:
            log.error("autosave: %s: internal error: %r", found.name, error)
        else:
            found.note_outcome(outcome, order.now)
            self._status.recently = outcome.recently or self._status.recently
            if outcome.failed:
                found.try_again(self._loop.clock(), self._settings.retry)
        if told is not None:
            told(outcome is not None and not outcome.failed)

    def _order(self, found: SaveSet) -> Order:
        request, settings = found.request, self._settings
        folder = self.text(request.path_pv) or found.folder
        name = self.text(request.name_pv) or found.next_name or found.file_name(settings.save_folder)
        found.next_name = ""
        path = os.path.join(settings.save_folder, folder, name)
        return Order(
            path, self.now(), settings.permissions, not found.is_manual_name, settings.incomplete_ok, found.quick
        )

    def text(self, name: str) -> str:
        """What a PV says of path or file name; "": nothing."""
        if not name or not self._database.has_record(name):
            return ""
        try:
            return self._database.find(name).text()
        except PydevpvaError:
            return ""

    # ---- backups ----

    def backup_is_due(self, found: SaveSet, now: float) -> bool:
        """Whether it is time for a sequence file or a dated one."""
        settings = self._settings
        if not found.enabled or found.busy or found.is_manual_name:
            return False
        return bool(
            (settings.sequence_files and now >= found.backup_due)
            or (settings.dated_backup_period and now >= found.dated_due)
        )

    def back_up(self, found: SaveSet, now: float) -> None:
        """Write what is due."""
        order, settings = self._order(found), self._settings
        if settings.sequence_files and now >= found.backup_due:
            found.backup_due = now + settings.sequence_period

            def done(outcome: Outcome | None, error: BaseException | None) -> None:
                self._loop.submit(self._backed_up, found, order, outcome)

            self.run(found.file.write_sequence, (order, settings.sequence_files), done)
        if settings.dated_backup_period and now >= found.dated_due:
            found.dated_due = now + settings.dated_backup_period * 60
            self.run(found.file.write_dated, (order,), ignore)

    def _backed_up(self, found: SaveSet, order: Order, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        self._status.recently = outcome.recently or self._status.recently
        if outcome.wrote:
            found.backed_up_at = order.now
        if outcome.failed:
            found.status, found.status_text = outcome.status, outcome.text


def ignore(result: object, error: BaseException | None) -> None:
    """For work whose result nobody waits for."""
    if error is not None:
        log.error("autosave: internal error: %r", error)
