"""What save_restoreSet_... commands set, of one IOC (EPICS: save_restore.c). Any thread; written by shells."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydevpva.keep.safe_files import PERMISSIONS, Permissions

FASTEST = 4.0  # seconds: the shortest period of a command's set
NO_STATUS, FAILURE, WARNING, SEQ_FAIL, OK = range(5)
LABELS = ("No Status", "Failure", "Warning", "Seq Fail", "Ok")  # of save_restoreStatus.db


@dataclass(slots=True)
class Settings:
    """The numbers are those of the commands, in their units."""

    debug: int = 0
    sequence_files: int = 3
    sequence_period: int = 60  # seconds
    dated_backups: bool = True
    dated_backup_period: int = 0  # minutes; 0: none but those at the start
    incomplete_ok: bool = True
    retry: int = 60  # seconds
    permissions: Permissions = PERMISSIONS
    use_status_pvs: bool = True
    status_prefix: str = ""
    reconnect: bool = False
    callback_timeout: int = 600  # seconds
    request_folders: list[str] = field(default_factory=list)
    save_folder: str = ""
