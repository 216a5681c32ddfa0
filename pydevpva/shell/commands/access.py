"""Access security: which file says who may write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from pydevpva.db.macros import expand, parse_macros
from pydevpva.shell.language.registry import PATH, Argument, CommandFailed, command
from pydevpva.shell.session import Shell


@command("asSetFilename", Argument("ascf", PATH), differs="a relative path works, so it is not warned of")
def set_filename(shell: Shell, path: str | None) -> None:
    """Name the access security file that iocInit reads; without a name, none is used."""
    # a relative name means the folder where the command stands, wherever the script goes later
    shell.common.access_path = os.path.abspath(path) if path else ""


@command("asSetSubstitutions", "substitutions")
def set_substitutions(shell: Shell, macros: str | None) -> None:
    """Values for the $(macros) in the access security file."""
    shell.common.access_macros = macros or ""


@command("asInit", differs="an error leaves the rules as they were")
def init(shell: Shell) -> int:
    """Read the access security file; while the IOC runs, its rules take the place of those before.

    iocInit does it too.
    """
    if not shell.common.access_path:
        return 0
    if shell.ioc.state == "new":
        read(shell)
        return 0
    with ready_file(shell) as path:
        shell.ioc.servers.access_file = path
        shell.ioc.servers.reload_access()
    return 0


@contextmanager
def ready_file(shell: Shell) -> Iterator[str | None]:
    """The path of the access security file with its macros expanded; None when there is none. CommandFailed."""
    if not shell.common.access_path:
        yield None
        return
    text, expanded = read(shell)
    if text == expanded:
        yield shell.common.access_path
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, os.path.basename(shell.common.access_path))
        with open(path, "w", encoding="utf-8") as file:
            file.write(expanded)
        yield path


def read(shell: Shell) -> tuple[str, str]:
    """The text of the access security file, as it is and with its macros expanded. CommandFailed."""
    path, macros = shell.common.access_path, shell.common.access_macros
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise CommandFailed(f"ERROR: {path}: {error.strerror}; asSetFilename must name a file") from None
    expanded, undefined = expand(text, parse_macros(macros)) if "$" in text else (text, [])
    if undefined:
        names = ", ".join(undefined)
        raise CommandFailed(f"ERROR: {path}: macro {names} is undefined; set it with asSetSubstitutions")
    return text, expanded
