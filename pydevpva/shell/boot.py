"""What `make` writes for a C++ IOC and a startup script expects: envPaths, TOP/dbd and TOP/db. Pure functions."""

from __future__ import annotations

from pathlib import Path


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
