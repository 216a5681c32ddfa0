"""Folders, other scripts, programs."""

from __future__ import annotations

import os
import subprocess
from typing import TextIO

from pydevpva.shell.language.registry import PATH, Argument, CommandFailed, command
from pydevpva.shell.session import Shell


@command("cd", Argument("directory name", PATH))
def cd(shell: Shell, path: str | None) -> None:
    """Go to another directory: relative file names start there from now on. Sets PWD."""
    try:
        os.chdir(path or "")
    except OSError as error:
        hint = f"\n    {path}: {error.strerror}" if path else "\n    usage: cd 'directory name'"
        raise CommandFailed(f"Invalid directory path, ignored{hint}") from None
    shell.set_environment("PWD", os.getcwd())


@command("pwd")
def pwd(shell: Shell) -> None:
    """Print the directory where relative file names start."""
    shell.print(os.getcwd())


@command("iocshLoad", Argument("pathname", PATH), "macros")
def iocsh_load(shell: Shell, path: str | None, macros: str | None) -> int:
    """Run the commands in a file, with values for its $(macros).

    Example: iocshLoad motors.cmd "P=LAB:,N=4"
    """
    if not path:
        raise CommandFailed('Usage: iocshLoad "pathname", "macros"')
    return shell.run_script(path, macros or "")


@command("iocshRun", "command", "macros")
def iocsh_run(shell: Shell, text: str | None, macros: str | None) -> int:
    """Run one line, with values for its $(macros); quote it with ' to have them replaced here and not before.

    Example: iocshRun 'dbLoadRecords("$(FILE)")' "FILE=a.db"
    """
    return shell.run_text(text, macros or "") if text else 0


@command("iocshCmd", "command")
def iocsh_cmd(shell: Shell, text: str | None) -> int:
    """Run one line."""
    return shell.run_text(text) if text else 0


@command("system", "command string")
def system(shell: Shell, text: str | None) -> int:
    """Run a line in the system's own shell and wait for it."""
    if not text:
        raise CommandFailed('Usage: system "command string"')
    shell.out.flush()
    out, err = _file(shell.out), _file(shell.err)
    if out is not None and err is not None:
        return subprocess.run(text, shell=True, stdout=out, stderr=err, check=False).returncode
    with subprocess.Popen(
        text, shell=True, stdin=subprocess.DEVNULL, stdout=out or subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                shell.print(line, end="")
        except KeyboardInterrupt:
            process.terminate()
            raise
    return process.returncode


def _file(stream: TextIO) -> int | None:
    """The descriptor a program is to print to; None for an attached console, which has none here."""
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None
