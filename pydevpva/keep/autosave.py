"""Autosave: the sets of one IOC, what is restored at its start, and the second's tick by which sets are saved.

Commands call it from the shells' threads; what concerns records is done on the database thread, in small pieces, and
files are written on a thread of their own (background.py). EPICS: autosave's save_restore.c.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydevpva.background import Background, Run
from pydevpva.errors import PydevpvaError, Stopped
from pydevpva.keep.far import Watch
from pydevpva.keep.restore import Restorer
from pydevpva.keep.restore_files import RestoreFile
from pydevpva.keep.save_set import MANUAL, Found, SaveSet
from pydevpva.keep.saving import Saving, Told, ignore
from pydevpva.keep.settings import Settings
from pydevpva.keep.status import StatusPVs
from pydevpva.life import Life

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)
TICK = 1.0  # seconds
PATIENCE = 5.0  # seconds that a set waits for PVs of other IOCs before it is saved without them
LAST_SECONDS = 0.3  # at the end of the IOC, for what has changed and is not written yet
A_WHILE = 0.01  # of them, that the database thread gives to it at once


class Autosave:
    """One for each IOC. `watch` subscribes to PVs of other IOCs."""

    def __init__(self, database: Database, watch: Watch, life: Life) -> None:
        self.settings = Settings()
        self.files: list[RestoreFile] = []
        self.sets: list[SaveSet] = []
        self.status = StatusPVs(database, self.settings)
        self._database, self._watch, self._loop = database, watch, database.loop
        self._writer = Background("autosave")
        self._saving = Saving(database, self.settings, self.status, self._writer.run)
        self._running = self._ticks = False
        self._waiting: dict[SaveSet, list[Told]] = {}  # who wants to know that a set has been saved
        restorer = Restorer(database, self.files)
        life.at("create", restorer.before_records)
        life.at("initialized", restorer.after_records)
        life.at("running", self._start)
        life.at("stop", self._stop)

    def through(self, counted: Callable[[Run], Run]) -> None:
        """For tests: tell their clock of files that are being written."""
        self._saving.run = counted(self._writer.run)

    # ---- restoring; on the main thread ----

    def restore_at_start(self, file: RestoreFile) -> None:
        """set_pass0_restoreFile, set_pass1_restoreFile."""
        if self._database.records:
            raise PydevpvaError("what is restored at the start is named before iocInit")
        self.files.append(file)

    def read_files(self) -> None:
        """iocInit begins: choose and read the files that are to be restored."""
        for file in self.files:
            file.load(self.settings)
        for complaint in dict.fromkeys(text for file in self.files for text in file.complaints):
            log.warning("autosave: %s", complaint)

    # ---- sets; on any thread ----

    def add(self, made: SaveSet, place: int | None = None) -> None:
        """Save this set, from iocInit on."""
        sets = list(self.sets)
        sets.insert(len(sets) if place is None else place, made)
        self.sets = sets
        if self._running:
            self._writer.start()
            self._loop.submit(self._begin_to_tick)
            self._loop.submit(self._connect, made)

    def remove(self, removed: SaveSet) -> None:
        """No longer save this set; its file stays."""
        self.sets = [s for s in self.sets if s is not removed]
        self._loop.submit(lambda: self._loop.trickle(removed.detach()))

    def save_now(self, found: SaveSet, told: Told) -> None:
        """manual_save: told(whether it was written), on the database thread."""
        self._loop.submit(self._save_now, found, told)

    def place_texts(self) -> dict[str, str]:
        """What the PVs say that hold folders and names of files; on the database thread."""
        names = {name for found in self.sets for name in (found.request.path_pv, found.request.name_pv)}
        return {name: self._saving.text(name) for name in names}

    # ---- their beginning ----

    def _start(self) -> None:
        """iocInit is over; on the main thread."""
        self._running = True
        if self.sets or self.files:
            self._writer.start()
        self._loop.call(self._begin_all)

    def _begin_all(self) -> None:
        now = self._saving.now()
        for file in {file.path: file for file in self.files}.values():
            self._saving.run(file.keep_copies, (self.settings, now), ignore)
        self.status.restored(self.files, now)
        for made in self.sets:
            self._connect(made)
        if self.sets or self.settings.status_prefix:
            self._begin_to_tick()

    def _connect(self, made: SaveSet) -> None:
        """Find the PVs of a set, by the thousand, on the writer's thread; then watch them."""
        triggers = [method.trigger for method in made.methods if method.trigger]

        def done(found: Any, error: BaseException | None) -> None:
            if found is None:
                log.error("autosave: %s: internal error: %r", made.name, error)
            else:
                self._loop.submit(self._loop.trickle, self._attached(made, *found))

        self._saving.run(self._find_all, (made, triggers), done)

    def _find_all(self, made: SaveSet, triggers: Sequence[str]) -> tuple[list[Found], list[Found]]:
        return [self._find(made, name) for name in made.request.names], [self._find(made, name) for name in triggers]

    def _find(self, made: SaveSet, name: str) -> Found:
        if not self._database.has_record(name):
            return name
        try:
            return self._database.look_up(name)
        except (PydevpvaError, ValueError) as error:
            log.warning("autosave: %s: %s; it is not saved", made.name, error)
            return None

    def _attached(self, made: SaveSet, found: Sequence[Found], triggers: Sequence[Found]) -> Iterator[None]:
        yield from made.attach(found, triggers, self._watch)
        if made.has_far:
            self._loop.after(PATIENCE, self._begin, made)
        else:
            self._begin(made)

    def _begin(self, made: SaveSet) -> None:
        absent = made.missing_names()
        for name in absent:
            log.warning("autosave: %s: no PV %s yet, in this IOC or another", made.name, name)
        total = len(made.request.names)
        made.not_connected = len(absent) + made.unknown
        self.status.recently = f"{made.save_name}: {total - made.not_connected} of {total} PV's connected"
        made.begin(self._loop.clock(), self.settings.sequence_period, self.settings.dated_backup_period * 60)
        made.saved_at = made.backed_up_at = self._saving.now()
        if made in self._waiting:
            self._save(made)

    # ---- each second; on the database thread ----

    def _begin_to_tick(self) -> None:
        if not self._ticks:
            self._ticks = True
            self._loop.after(TICK, self._tick)

    def _tick(self) -> None:
        self._loop.after(TICK, self._tick)
        if not self.status.disabled():
            now = self._loop.clock()
            for found in self.sets:
                if found.is_due(now):
                    self._save(found)
                elif self._saving.backup_is_due(found, now):
                    self._saving.back_up(found, now)
        self.status.show(self.sets)

    def _save_now(self, found: SaveSet, told: Told) -> None:
        self._waiting.setdefault(found, []).append(told)
        found.state |= MANUAL
        if found.enabled and not found.busy:
            self._save(found)

    def _save(self, found: SaveSet) -> None:
        waiting = self._waiting.pop(found, [])
        self._saving.save(found, lambda wrote: [told(wrote) for told in waiting])

    # ---- the end ----

    def _stop(self) -> None:
        """Write what is still to be saved; on the main thread."""
        if not self._running:
            return
        end = time.monotonic() + LAST_SECONDS
        try:
            self._loop.call(bool, timeout=LAST_SECONDS)  # what was asked for before, as by manual_save, has begun
            for found in self.sets:
                self._save_last(found, end)
        except TimeoutError:
            log.error("autosave: the database thread does not answer: the last values are not written")
        except Stopped:
            pass
        if not self._writer.stop(LAST_SECONDS):
            log.error("autosave: the disk does not answer: the last values may not be written")

    def _save_last(self, found: SaveSet, end: float) -> None:
        """What a save under way has not read yet, and what has come since."""
        if found.busy:
            self._finish(found, found.reading, end)
        if found.has_more and not self.status.is_disabling:
            waiting = self._waiting.pop(found, [])
            self._finish(found, self._saving.steps(found, lambda wrote: [told(wrote) for told in waiting]), end)

    def _finish(self, found: SaveSet, steps: Iterator[None], end: float) -> None:
        """Take the steps while there is time; what they have read by then is written."""
        while time.monotonic() < end:
            if self._loop.call(_take, steps, timeout=LAST_SECONDS):
                return
        log.error("autosave: %s: too much has changed at the end: not all of it is written", found.name)
        self._loop.call(self._saving.write, found, timeout=LAST_SECONDS)


def _take(steps: Iterator[None]) -> bool:
    """Some of the steps; whether there are no more."""
    end = time.monotonic() + A_WHILE
    return all(time.monotonic() < end for _ in steps)
