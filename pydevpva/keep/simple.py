"""pydevpvaSave("folder"): all that is set by people, and what info tags ask for, survives a restart. Main thread."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pydevpva.db.definitions import Definitions
from pydevpva.db.model import RecordInstance
from pydevpva.errors import PydevpvaError
from pydevpva.keep.autosave import Autosave
from pydevpva.keep.folder_lock import hold
from pydevpva.keep.infos import FIELDS, PASS0, PASS1, asked, outputs
from pydevpva.keep.request_files import Request
from pydevpva.keep.restore_files import RestoreFile
from pydevpva.keep.save_set import CHANGE, Method, SaveSet

NAME = "pydevpva.sav"
PERIOD = 1.0  # seconds


class SimpleSave:
    """Saves to one file in a folder, once a second when something has changed, and restores it at the start."""

    def __init__(self, autosave: Autosave) -> None:
        self._autosave = autosave
        self._folder = ""
        self._made = False

    def begin(self, folder: str) -> None:
        """Save to this folder, which is made. PydevpvaError, OSError."""
        if self._folder:
            raise PydevpvaError(f"values are saved to {self._folder} already")
        folder = os.path.abspath(folder)
        os.makedirs(folder, exist_ok=True)
        hold(folder)
        for pass_ in (0, 1):
            self._autosave.restore_at_start(RestoreFile(os.path.join(folder, NAME), pass_))
        self._folder = folder

    def prepare(self, records: Iterable[RecordInstance], definitions: Definitions) -> list[str]:
        """iocInit begins, and all records are known: make the set. What is wrong with info tags."""
        if not self._folder or self._made:
            return []
        self._made = True
        records = list(records)
        found, problems = list(outputs(records, definitions)), []
        for info in (FIELDS, PASS0, PASS1):
            names, wrong = asked(records, definitions, info)
            found += names
            problems += wrong
        made = SaveSet(NAME, "", Request(list(dict.fromkeys(found))), exact=True)
        made.methods, made.folder = [Method(CHANGE, PERIOD)], self._folder
        self._autosave.add(made)
        return problems
