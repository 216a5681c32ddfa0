"""The examples that are installed with the package: where they are, and a copy to run one from. Main thread."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from pydevpva.errors import PydevpvaError, did_you_mean

_PACKAGE = Path(__file__).parents[1]


def folder() -> Path:
    """Where they are: beside the package in a copy of the repository, else in the installation's share."""
    beside = _PACKAGE.parent / "examples"
    if (beside / "device" / "st.cmd").is_file():
        return beside
    for base in (Path(sysconfig.get_path("data")), *_PACKAGE.parents):  # the latter: --user and --target
        place = base / "share" / "pydevpva" / "examples"
        if place.is_dir():
            return place
    raise PydevpvaError("the examples are not installed")


def names() -> list[str]:
    """Those that are started by a st.cmd."""
    return sorted(path.parent.name for path in folder().glob("*/st.cmd"))


def find(name: str) -> Path:
    """An example's folder. PydevpvaError: there is none of that name."""
    known = names()
    if name not in known:
        raise PydevpvaError(f'no example "{name}"{did_you_mean(name, known)}; there are {", ".join(known)}')
    return folder() / name
