"""The records of save_restoreStatus.db, where an IOC has them: how sets and the last restore are. Database thread."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydevpva.engine.address import Address
from pydevpva.errors import NotFound
from pydevpva.keep.restore_files import RestoreFile
from pydevpva.keep.save_set import SaveSet
from pydevpva.keep.settings import LABELS, NO_STATUS, OK, Settings
from pydevpva.records.core.values import STRING_BYTES, Scalar, clip_text

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)
MOST_SETS = 8  # that have records
STAMP = 19  # characters of "Sat Nov 28 20:07:52 2026" that are shown


class StatusPVs:
    """Writes a record when what it shows has changed, as a client's put would. Names that are no records are none."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self.recently = ""
        self.reboot_status, self.reboot_text, self.reboot_time = NO_STATUS, "", ""
        self.status, self.text = NO_STATUS, ""
        self._shown: dict[str, Scalar] = {}
        self._beat = 0
        self._disabled_for = 0

    def restored(self, files: Sequence[RestoreFile], now: float) -> None:
        """Both passes are over: the worst of the files is what is shown; `now` in seconds since 1970."""
        self.reboot_time = time.asctime(time.localtime(now))[:STAMP]
        if files:
            worst = min(files, key=lambda file: file.status)
            self.reboot_status, self.reboot_text = worst.status, worst.text

    # ---- each second ----

    def disabled(self) -> bool:
        """Whether SR_disable holds up all saving; for SR_disableMaxSecs seconds, then it is put back."""
        asked = self._address("SR_disable")
        if asked is None or not asked.number():
            self._disabled_for = 0
            return False
        most = self._address("SR_disableMaxSecs")
        self._disabled_for += 1
        if self._disabled_for > (most.number() if most is not None else 0):
            self._put(asked, 0)
            self._disabled_for = 0
            return False
        return True

    @property
    def is_disabling(self) -> bool:
        """Whether saving was held up when that was looked at last."""
        return self._disabled_for > 0

    def show(self, sets: Sequence[SaveSet]) -> None:
        """Bring the records up to date."""
        worst = min(sets, key=lambda s: s.status, default=None)
        self.status, self.text = (worst.status, worst.status_text) if worst is not None else (OK, "Ok")
        if not self._settings.use_status_pvs or not self._settings.status_prefix:
            return
        self._beat ^= 1
        self._show("heartbeat", self._beat)
        self._show_status("status", self.status, self.text)
        self._show("recentlyStr", self.recently)
        if self.reboot_time:
            self._show_status("rebootStatus", self.reboot_status, self.reboot_text)
            self._show("rebootTime", self.reboot_time)
        for number, found in enumerate(sets[:MOST_SETS]):
            self._show_set(number, found)

    def _show_set(self, number: int, found: SaveSet) -> None:
        self._show(f"{number}_Name", os.path.splitext(found.save_name)[0])
        self._show(f"{number}_State", found.state)
        self._show_status(f"{number}_Status", found.status, found.status_text)
        if found.saved_at:
            self._show(f"{number}_Time", time.asctime(time.localtime(found.saved_at))[:STAMP])

    def _show_status(self, name: str, status: int, text: str) -> None:
        self._show(name, LABELS[status])
        self._show(f"{name}Str", text)

    def _show(self, name: str, value: Scalar) -> None:
        """Write it, if it is another than before and there is such a record."""
        if self._shown.get(name) == value:
            return
        self._shown[name] = value
        address = self._address(f"SR_{name}")
        if address is not None:
            self._put(address, clip_text(value, STRING_BYTES) if isinstance(value, str) else value)

    def _put(self, address: Address, value: Scalar) -> None:
        self._database.puts.put(address, value, None, False, _complain)

    def _address(self, name: str) -> Address | None:
        name = self._settings.status_prefix + name
        if not self._settings.status_prefix or not self._database.has_record(name):
            return None
        try:
            return self._database.find(name)
        except NotFound:
            return None


def _complain(error: str | None) -> None:
    if error is not None:
        log.warning("autosave: %s", error)
