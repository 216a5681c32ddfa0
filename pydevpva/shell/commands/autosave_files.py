"""autosave: where its files are, what is restored, and request files made from databases (dbrestore.c)."""

from __future__ import annotations

import os

from pydevpva.keep.infos import FIELDS, PASS0, asked
from pydevpva.keep.restore_files import RestoreFile
from pydevpva.shell.language.registry import INT, PATH, Argument, CommandFailed, command
from pydevpva.shell.session import Shell


@command("set_requestfile_path", Argument("path", PATH), Argument("subpath", PATH), of="autosave")
def set_requestfile_path(shell: Shell, path: str | None, below: str | None) -> None:
    """Look for request files in this folder, too. Without an argument: no longer in any."""
    folders = shell.ioc.autosave.settings.request_folders
    if not path and not below:
        folders.clear()
        return
    folders.append(_folder(shell, path, below))


@command("set_savefile_path", Argument("path", PATH), Argument("subpath", PATH), of="autosave")
def set_savefile_path(shell: Shell, path: str | None, below: str | None) -> None:
    """The folder for the files of all sets."""
    shell.ioc.autosave.settings.save_folder = _folder(shell, path, below)


def _folder(shell: Shell, path: str | None, below: str | None) -> str:
    """Wherever the script goes later. The second is below the first also where it begins with /, as some write it."""
    folder = os.path.abspath(os.path.join(path or "", (below or "").lstrip("/") if path else below or ""))
    if not os.path.isdir(folder):
        shell.warn(f"there is no folder {folder} yet")
    return folder


@command("set_pass0_restoreFile", Argument("file", PATH), "macros", of="autosave")
def set_pass0(shell: Shell, file: str | None, macros: str | None) -> None:
    """Restore scalars and links from this file before records are initialised. Before iocInit."""
    _restore(shell, file, macros, 0)


@command("set_pass1_restoreFile", Argument("file", PATH), "macros", of="autosave")
def set_pass1(shell: Shell, file: str | None, macros: str | None) -> None:
    """Restore scalars and arrays from this file when records are initialised, and none has been processed.

    Before iocInit.
    """
    _restore(shell, file, macros, 1)


def _restore(shell: Shell, file: str | None, macros: str | None, pass_: int) -> None:
    if not file:
        raise CommandFailed(f'Usage: set_pass{pass_}_restoreFile "file", "macros"')
    shell.ioc.autosave.restore_at_start(RestoreFile(file, pass_, macros or ""))


@command("makeAutosaveFileFromDbInfo", Argument("file", PATH), "info_name", of="autosave")
def make_from_infos(shell: Shell, file: str | None, info: str | None) -> None:
    """Write a request file of the fields that records name in an info tag: info(autosaveFields, "VAL HIHI")."""
    if not file or not info:
        raise CommandFailed('Usage: makeAutosaveFileFromDbInfo "file", "info_name"')
    names, problems = asked(shell.ioc.instances.values(), shell.ioc.definitions, info)
    for problem in problems:
        shell.warn(problem)
    path = file if ".req" in file else f"{file}.req"
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as request:
        request.writelines(f"{name}\n" for name in names)


@command("makeAutosaveFiles", of="autosave")
def make_files(shell: Shell) -> None:
    """Write info_settings.req from info(autosaveFields) and info_positions.req from info(autosaveFields_pass0)."""
    make_from_infos(shell, "info_settings.req", FIELDS)
    make_from_infos(shell, "info_positions.req", PASS0)


@command("autosaveBuild", Argument("file", PATH), "suffix", Argument("on", INT), of="autosave")
def autosave_build(shell: Shell, file: str | None, suffix: str | None, on: int) -> None:
    """With each x.db that is loaded from now on, add the request file x + suffix, if there is one, to a request file.

    Example: autosaveBuild("built_settings.req", "_settings.req", 1)
    """
    if not file or not (suffix or not on):
        raise CommandFailed('Usage: autosaveBuild "file", "suffix", on')
    shell.ioc.builds.set(file, suffix or "", bool(on))


@command("eraseFile", Argument("file", PATH), of="autosave")
def erase_file(shell: Shell, file: str | None) -> None:
    """Make a file empty."""
    _open(file, "w", "")


@command("appendToFile", Argument("file", PATH), "line", of="autosave")
def append_to_file(shell: Shell, file: str | None, line: str | None) -> None:
    """Add a line to a file."""
    _open(file, "a", f"{line or ''}\n")


def _open(file: str | None, mode: str, text: str) -> None:
    if not file:
        raise CommandFailed("the name of a file is needed")
    with open(file, mode, encoding="utf-8", errors="surrogateescape") as opened:
        opened.write(text)


@command("pydevpvaSave", Argument("folder", PATH), of="pydevpva")
def simple_save(shell: Shell, folder: str | None) -> None:
    """Keep the values of all output records, and what info(autosaveFields) names, over a restart. Before iocInit.

    They are saved to a file in this folder, which is made, once a second when something has changed.

    Example: pydevpvaSave("/var/lib/lab")
    """
    if not folder:
        raise CommandFailed('Usage: pydevpvaSave "folder"')
    shell.ioc.simple_save.begin(folder)
