"""Which file a restore takes: NAME.sav, or when that is damaged its backups (EPICS: dbrestore.c, fopen_and_check).

On the main thread, before anything is made.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field

from pydevpva.keep.safe_files import copy, dated, read_text, unused
from pydevpva.keep.sav_text import Saved, is_whole, parse
from pydevpva.keep.sequence import newest_first
from pydevpva.keep.settings import FAILURE, OK, WARNING, Settings

log = logging.getLogger(__name__)
MOST_NAMED = 10  # damaged lines of one file


@dataclass(slots=True)
class RestoreFile:
    """A file that is to be restored in the pass, 0 or 1; after `load` what it says, and what became of it."""

    name: str
    pass_: int
    macros: str = ""
    path: str = ""
    found: Saved = field(default_factory=Saved)
    complaints: list[str] = field(default_factory=list)
    used: str = ""  # the file that was taken
    status: int = 0
    text: str = ""
    failed: int = 0  # PVs that could not be restored
    done: int = 0

    def load(self, settings: Settings) -> None:
        """Choose the file and read it. Never raises: what is wrong is in `complaints`."""
        self.path = self.name if os.path.isabs(self.name) else os.path.join(settings.save_folder, self.name)
        candidates = [self.path, self.path + "B", *newest_first(self.path, settings.sequence_files)]
        if not any(os.path.exists(path) for path in candidates):
            self.status, self.text = FAILURE, "Can't open save file."
            return
        damaged: list[str] = []
        for path in candidates:
            saved, wrong = _read(path, self.macros)
            if saved is not None and not wrong:
                self._take(path, saved, settings, damaged)
                return
            damaged.append(f"{path}: {wrong}")
        self._take_the_rest(candidates, settings, damaged)

    def _take(self, path: str, saved: Saved, settings: Settings, damaged: list[str]) -> None:
        self.used, self.found = path, saved
        self.status, self.text = OK, "No errors"
        if damaged:
            self.complaints.append(f"{'; '.join(damaged)}; {path} is restored in its place")
            self.status, self.text = WARNING, "Bad .sav(B) files; used seq. backup"
        if saved.errors:
            self.status, self.text = WARNING, ".sav file contained an error message"
            if not settings.incomplete_ok:
                self.complaints.append(f"{path}: {saved.errors} PVs were missing when it was written: not restored")
                self.status, self.text, self.found = FAILURE, "restore aborted", Saved()

    def _take_the_rest(self, candidates: list[str], settings: Settings, damaged: list[str]) -> None:
        """No file is without damage: of the first that has its end, all lines but the damaged ones."""
        for path in candidates:
            saved, _ = _read(path, self.macros)
            if saved is not None:
                self._take(path, saved, settings, damaged)
                return
        self.complaints.append(f"{'; '.join(damaged)}; there is no other, nothing is restored")
        self.status, self.text = FAILURE, "Can't open save file."

    def keep_copies(self, settings: Settings, now: float) -> None:
        """What was restored, and what was damaged, as dated copies; on the thread that writes files."""
        if self.status == FAILURE and not self.used:
            return
        try:
            if self.used != self.path and os.path.exists(self.path):
                bad = f"{self.path}_RBAD_{dated(now)}" if settings.dated_backups else f"{self.path}_RBAD_"
                copy(self.path, unused(bad), settings.permissions)
            if not os.path.isabs(self.name):
                to = unused(f"{self.path}_{dated(now)}") if settings.dated_backups else f"{self.path}.bu"
                copy(self.used, to, settings.permissions)
        except OSError as error:
            log.error("autosave: no copy of %s can be kept: %s", self.path, error.strerror or error)


def _read(path: str, macros: str) -> tuple[Saved | None, str]:
    """What a file says, and what is wrong with it; None: nothing can be made of it."""
    try:
        text = read_text(path)
    except OSError as error:
        return None, error.strerror or str(error)
    if not text.strip():
        return None, "it is empty"
    if not is_whole(text):
        return None, "it has no end mark, so it was cut off"
    saved = parse(text, macros)
    more = f" and {len(saved.broken) - MOST_NAMED} more" if len(saved.broken) > MOST_NAMED else ""
    return saved, "; ".join(saved.broken[:MOST_NAMED]) + more
