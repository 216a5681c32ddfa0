"""autosave: save_restoreSet_..., what holds for all sets."""

from __future__ import annotations

import re

from pydevpva.keep.safe_files import Permissions
from pydevpva.keep.settings import FASTEST
from pydevpva.shell.language.registry import INT, Argument, CommandFailed, command
from pydevpva.shell.session import Shell

MOST_SEQUENCES, SHORTEST_SEQUENCE = 10, 10  # files, seconds
LONGEST_PREFIX = 29  # characters
MOST_PERMISSIONS = 0o777


@command("save_restoreSet_Debug", Argument("level", INT), of="autosave")
def debug(shell: Shell, level: int) -> None:
    """A level of messages; save_restoreShow shows it."""
    shell.ioc.autosave.settings.debug = level


@command("save_restoreSet_NumSeqFiles", Argument("count", INT), of="autosave")
def sequence_files(shell: Shell, count: int) -> None:
    """How many sequence files are kept of each set, x.sav0, x.sav1, ...: 0 to 10."""
    shell.ioc.autosave.settings.sequence_files = _nearest(shell, count, 0, MOST_SEQUENCES)


@command("save_restoreSet_SeqPeriodInSeconds", Argument("seconds", INT), of="autosave")
def sequence_period(shell: Shell, seconds: int) -> None:
    """The time between two sequence files, 10 s at least."""
    shell.ioc.autosave.settings.sequence_period = _nearest(shell, seconds, SHORTEST_SEQUENCE)


@command("save_restoreSet_IncompleteSetsOk", Argument("ok", INT), of="autosave")
def incomplete(shell: Shell, ok: int) -> None:
    """0: sets of which PVs are missing are neither written nor restored."""
    shell.ioc.autosave.settings.incomplete_ok = bool(ok)


@command("save_restoreSet_DatedBackupFiles", Argument("dated", INT), of="autosave")
def dated(shell: Shell, on: int) -> None:
    """Whether the copy of a restored file has the date in its name; 0: it is x.sav.bu."""
    shell.ioc.autosave.settings.dated_backups = bool(on)


@command("save_restoreSet_periodicDatedBackups", Argument("minutes", INT), of="autosave")
def periodic(shell: Shell, minutes: int) -> None:
    """Write a backup with the date in its name once in so many minutes; 0: none."""
    shell.ioc.autosave.settings.dated_backup_period = _nearest(shell, minutes, 0)


@command("save_restoreSet_status_prefix", "prefix", of="autosave")
def prefix(shell: Shell, text: str | None) -> None:
    """What the names of save_restoreStatus.db's records begin with."""
    if len(text or "") > LONGEST_PREFIX:
        raise CommandFailed(f"a prefix has {LONGEST_PREFIX} characters at most")
    shell.ioc.autosave.settings.status_prefix = text or ""


@command("save_restoreSet_UseStatusPVs", Argument("use", INT), of="autosave")
def use_status_pvs(shell: Shell, use: int) -> None:
    """0: the status records are not written."""
    shell.ioc.autosave.settings.use_status_pvs = bool(use)


@command("save_restoreSet_FilePermissions", Argument("permissions", INT), of="autosave")
def permissions(shell: Shell, mode: int) -> None:
    """Who may do what with the files, as for chmod: 0666. Without it 0664, less what the process's umask takes away."""
    if not 0 <= mode <= MOST_PERMISSIONS:
        octal = f"; an octal number begins with 0: 0{mode}" if re.fullmatch("[0-7]{3}", str(mode)) else ""
        raise CommandFailed(f"{mode} is not possible: 0 to {MOST_PERMISSIONS}, which is 0777{octal}")
    shell.ioc.autosave.settings.permissions = Permissions(mode, asked_for=True)


@command("save_restoreSet_RetrySeconds", Argument("seconds", INT), of="autosave")
def retry(shell: Shell, seconds: int) -> None:
    """When a file that could not be written is tried again, if its set is not due before."""
    shell.ioc.autosave.settings.retry = _nearest(shell, seconds, 1)


@command("save_restoreSet_CAReconnect", Argument("ok", INT), of="autosave")
def reconnect(shell: Shell, ok: int) -> None:
    """Accepted: PVs that were not there are taken in whenever they come."""
    shell.ioc.autosave.settings.reconnect = bool(ok)


@command("save_restoreSet_CallbackTimeout", Argument("seconds", INT), of="autosave")
def callback_timeout(shell: Shell, seconds: int) -> None:
    """Accepted: no answer can get lost here, so that none is waited for. At least 4, or negative: for ever."""
    if 0 <= seconds < FASTEST:
        raise CommandFailed(f"{seconds} is not possible: {FASTEST:g} or more, or negative")
    shell.ioc.autosave.settings.callback_timeout = seconds


@command("set_saveTask_priority", Argument("priority", INT), of="autosave")
def priority(shell: Shell, number: int) -> None:
    """Accepted: the thread that writes files has no priority."""


def _nearest(shell: Shell, number: int, low: int, high: int | None = None) -> int:
    """The number, or as autosave does the nearest that is possible, which is said."""
    nearest = max(low, number if high is None else min(number, high))
    if nearest != number:
        allowed = f"{low} to {high}" if high is not None else f"{low} or more"
        shell.warn(f"{number} is not possible: {allowed}; {nearest} is taken")
    return nearest
