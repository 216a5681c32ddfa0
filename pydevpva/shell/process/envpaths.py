"""What `make` writes for a C++ IOC and a startup script expects: envPaths, TOP/dbd and TOP/db; files that are none.

Pure functions.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydevpva.db.macros import Macros, undefined
from pydevpva.db.source import read_text


def boot_place(script: str) -> dict[str, str]:
    """{"IOC": ..., "TOP": ...} for a script in TOP/iocBoot/IOC; for one elsewhere, TOP holds configure/ if any does."""
    folder = Path(script).absolute().parent if script else Path.cwd()
    if folder.parent.name == "iocBoot":
        top = folder.parent.parent
    else:
        top = next((p for p in (folder, *folder.parents) if (p / "configure").is_dir()), folder.parent.parent)
    return {"IOC": folder.name, "TOP": str(top)}


def made_by_make(path: str) -> bool:
    """Whether this missing .dbd is one that the build of a C++ IOC leaves in TOP/dbd."""
    return Path(path).parent.name == "dbd" and path.endswith(".dbd")


def database_source(path: str) -> Path | None:
    """The file from which `make` would have made this missing TOP/db/NAME: NAME or NAME.substitutions in an App/Db."""
    wanted = Path(path)
    if wanted.parent.name != "db":
        return None
    stem = Path(wanted.name).with_suffix(".substitutions").name
    folders = sorted(wanted.absolute().parent.parent.glob("*/Db"))
    return next((folder / name for name in (wanted.name, stem) for folder in folders if (folder / name).exists()), None)


def how_to_load(path: str) -> str:
    """The command line for a database that was given as a startup script, or ""."""
    if not path.endswith((".db", ".vdb", ".template")) or not os.path.isfile(path):
        return ""
    names = wanted_macros(path, {})
    macros = f'-m "{",".join(f"{name}=..." for name in names)}" ' if names else ""
    return f"pydevpva {macros}-d {path}"


def wanted_macros(path: str, given: Mapping[str, str]) -> list[str]:
    """The macros of a database that have neither a value nor a default."""
    try:
        lines = read_text(path).splitlines()
    except OSError:
        return []
    expand = Macros(given).expand
    return undefined("\n".join(expand(line)[0] for line in lines if "$" in line and line.lstrip()[:1] != "#"))
