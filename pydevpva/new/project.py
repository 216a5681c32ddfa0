"""pydevpva --new FOLDER: the template's files with the IOC's name in them. Main thread.

In them @NAME@ stands for the folder's name, @PREFIX@ for the records' prefix. Nothing is ever written over.
"""

from __future__ import annotations

import re
from pathlib import Path

from pydevpva.errors import PydevpvaError

TEMPLATE = Path(__file__).parent / "template"
_GOOD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}")


def create(folder: str) -> str:
    """Write a new IOC into a folder that is not there, or is empty; what to do next. PydevpvaError, OSError."""
    place = Path(folder)
    name = place.absolute().name
    if not _GOOD.fullmatch(name):
        raise PydevpvaError(f'"{name}" is no name for an IOC: letters, digits, - and _, 31 at most, a letter first')
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise PydevpvaError(f"{folder} is there already, and is not an empty folder: nothing is written")
    place.mkdir(parents=True, exist_ok=True)
    for file in sorted(TEMPLATE.glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        target = place / file.name.removesuffix(".txt").replace("NAME", name)
        target.write_text(_filled(text, name), encoding="utf-8")
    return f"{folder} is an IOC now:\n    cd {folder}\n    pydevpva st.cmd\nREADME.md says what is in it.\n"


def _filled(text: str, name: str) -> str:
    return text.replace("@NAME@", name).replace("@PREFIX@", f"{name.capitalize()}:")
