"""autosave: a file's values put into the running IOC, or compared with it; how all is (dbrestore.c, verify.c)."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator

from pydevpva.errors import NotFound
from pydevpva.keep.restore_files import RestoreFile
from pydevpva.keep.running import Tally, compare, put_all
from pydevpva.keep.safe_files import dated, read_text, write
from pydevpva.keep.sav_text import Saved, file_text, parse
from pydevpva.keep.settings import FAILURE
from pydevpva.queues import take
from pydevpva.shell.language.registry import INT, PATH, Argument, CommandFailed, command
from pydevpva.shell.reports import autosave as report
from pydevpva.shell.session import DATABASE_PATIENCE, Shell


@command("fdbrestore", Argument("file", PATH), of="autosave")
def restore(shell: Shell, file: str | None) -> None:
    """Put the values of a set's file, or of its backup, into the running IOC; records process as with any put."""
    name = _need(file)
    chosen = RestoreFile(name, 1)
    chosen.load(shell.ioc.autosave.settings)
    for complaint in chosen.complaints:
        shell.warn(complaint)
    if not chosen.used:
        raise CommandFailed(f"fdbrestore: {chosen.path}: {chosen.text}")
    if chosen.status == FAILURE:
        raise CommandFailed(f"fdbrestore: {chosen.used}: {chosen.text}")
    _put(shell, chosen.used, chosen.found)


@command("fdbrestoreX", Argument("file", PATH), "macros", of="autosave")
def restore_any(shell: Shell, file: str | None, macros: str | None) -> None:
    """Put the values of any file into the running IOC, also of one that people have written."""
    path = _path(shell, _need(file))
    _put(shell, path, parse(read_text(path), macros or ""))


def _put(shell: Shell, path: str, saved: Saved) -> None:
    if shell.ioc.state == "new":
        raise CommandFailed(
            "the IOC does not run yet: set_pass0_restoreFile and set_pass1_restoreFile restore at iocInit"
        )
    for line in (*saved.broken, *saved.odd):
        shell.warn(f"{path} {line}: passed over")
    ended: queue.SimpleQueue[Tally] = queue.SimpleQueue()
    loop = shell.ioc.database.loop
    loop.submit(lambda: loop.trickle(put_all(shell.ioc.database, shell.ioc.far_pvs.watch, saved, ended.put)))
    try:
        tally = take(ended, DATABASE_PATIENCE)
    except queue.Empty:
        raise CommandFailed(f"{path}: not all puts were answered within {DATABASE_PATIENCE:g} s") from None
    for refused in tally.refused:
        shell.complain(f"{path} {refused}; it is not restored")
    shell.print(f"{path}: {tally.put} values restored, {len(tally.refused)} could not be")


@command("asVerify", Argument("file", PATH), Argument("verbose", INT), Argument("restore file", PATH), of="autosave")
def verify(shell: Shell, file: str | None, verbose: int, restore_file: str | None) -> int:
    """Compare a file with the records here: show those that differ, with verbose all; and write their values to one."""
    path = _path(shell, _need(file))
    saved = parse(read_text(path))
    found = list(shell.in_steps(compare(shell.ioc.database, saved)))
    for line in report.verified(found, bool(verbose)):
        shell.print(line)
    if restore_file:
        names, values = [c.entry.name for c in found], [c.now for c in found]
        write(restore_file, file_text(names, values, dated(os.stat(path).st_mtime)))
    return 0


@command("save_restoreShow", Argument("verbose", INT), of="autosave")
def show(shell: Shell, verbose: int) -> None:
    """Show the settings, the sets and what was restored; 1 also all PVs of the sets."""
    autosave = shell.ioc.autosave
    places = shell.on_database(autosave.place_texts)
    for line in report.show(autosave, places, shell.ioc.database.loop.time_ns() / 1e9, bool(verbose)):
        shell.print(line)


@command("dbrestoreShow", of="autosave")
def show_restored(shell: Shell) -> None:
    """Show what has become of the files that were to be restored at the start."""
    for line in report.restored(shell.ioc.autosave):
        shell.print(line)


def _need(file: str | None) -> str:
    if not file:
        raise CommandFailed("the name of a file is needed")
    return file


def _path(shell: Shell, file: str) -> str:
    """A file as it is named, or below the save path. NotFound."""
    below = os.path.join(shell.ioc.autosave.settings.save_folder, file)
    found = next((path for path in _places(file, below) if os.path.isfile(path)), None)
    if found is None:
        raise NotFound(f"no file {below}")
    return found


def _places(file: str, below: str) -> Iterator[str]:
    if not file.startswith(("./", "../")):
        yield below
    yield file
