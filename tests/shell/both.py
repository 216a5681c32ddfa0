"""Runs one script in EPICS's own iocsh and in ours, each a process of its own, in a folder with the same files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.ioc_process import loopback

REAL = [sys.executable, str(Path(__file__).with_name("real_iocsh.py"))]
OURS = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()"]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PROMPT = "epics> "
BANNER = re.compile(r"^##.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """What a shell printed, without colours, the release banner and the last prompt; and its exit status."""

    out: list[str]
    err: list[str]
    status: int


def run(
    command: list[str],
    script: str,
    folder: Path,
    files: Mapping[str, str] = {},
    ports: Mapping[str, str] | None = None,
) -> Run:
    """Run a script, called st.cmd, next to the given files."""
    folder.mkdir(exist_ok=True)
    for name, text in {**files, "st.cmd": script}.items():
        (folder / name).write_text(text)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("EPICS_", "IOCSH_"))}
    ended = subprocess.run(
        [*command, "st.cmd"],
        cwd=folder,
        env={**environment, **(ports or loopback()), "HOME": "/home/nobody"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    out, err = (ANSI.sub("", text) for text in (ended.stdout, ended.stderr))
    return Run(BANNER.sub("", out.removesuffix(PROMPT)).splitlines(), err.splitlines(), ended.returncode)


def both(script: str, folder: Path, files: Mapping[str, str] = {}) -> tuple[Run, Run]:
    """(EPICS's, ours)."""
    ports = loopback()
    return run(REAL, script, folder / "real", files, ports), run(OURS, script, folder / "ours", files, ports)


def missing(wanted: list[str], got: list[str]) -> list[str]:
    """The lines that are not in got, in that order; got may have others in between, and say behind one what to do."""
    rest = iter(got)
    return [line for line in wanted if not any(is_line(line, other) for other in rest)]


def is_line(wanted: str, got: str) -> bool:
    """Whether a line of ours is that of EPICS, or begins with it and goes on with what to do."""
    return got == wanted or (
        bool(wanted) and got.startswith((f"{wanted} Line ", f"{wanted}; line ", f"{wanted} Usage: "))
    )
