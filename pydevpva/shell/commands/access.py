"""Access security: which file says who may write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from pydevpva.db.loader import expand, parse_macros
from pydevpva.shell.registry import PATH, Argument, CommandFailed, command
from pydevpva.shell.session import Shell


@command("asSetFilename", Argument("ascf", PATH))
def set_filename(shell: Shell, path: str | None) -> None:
    """Name the access security file that iocInit reads; without a name, none is used."""
    # a relative name means the folder where the command stands, wherever the script goes later
    shell.access_path = os.path.abspath(path) if path else ""


@command("asSetSubstitutions", "substitutions")
def set_substitutions(shell: Shell, macros: str | None) -> None:
    """Values for the $(macros) in the access security file."""
    shell.access_macros = macros or ""


@command("asInit")
def init(shell: Shell) -> None:
    """Check the access security file. It takes effect at iocInit."""
    if not shell.access_path:
        shell.print("Access security is NOT enabled. Was asSetFilename specified before iocInit?")
        return
    read(shell)
    if shell.ioc.state != "new":
        shell.complain("asInit: the file is good; it takes effect when the IOC is started the next time")


@contextmanager
def ready_file(shell: Shell) -> Iterator[str | None]:
    """The path of the access security file with its macros expanded; None when there is none. CommandFailed."""
    if not shell.access_path:
        yield None
        return
    text, expanded = read(shell)
    if text == expanded:
        yield shell.access_path
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, os.path.basename(shell.access_path))
        with open(path, "w", encoding="utf-8") as file:
            file.write(expanded)
        yield path


def read(shell: Shell) -> tuple[str, str]:
    """The text of the access security file, as it is and with its macros expanded. CommandFailed."""
    try:
        with open(shell.access_path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise CommandFailed(f"ERROR: {shell.access_path}: {error.strerror}; asSetFilename must name a file") from None
    expanded, undefined = expand(text, parse_macros(shell.access_macros)) if "$" in text else (text, [])
    if undefined:
        names = ", ".join(undefined)
        raise CommandFailed(f"ERROR: {shell.access_path}: macro {names} is undefined; set it with asSetSubstitutions")
    return text, expanded
