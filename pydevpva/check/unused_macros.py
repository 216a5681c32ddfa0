"""Macros that a load gives and its file does not use. Main thread."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydevpva.check.site import Site
from pydevpva.db.source import Reader, read_text
from pydevpva.errors import Location, NotFound, did_you_mean

_USED = re.compile(r"\$[({]\s*([^(){},=$\s]+)")
_INCLUDES = re.compile(r'^\s*include\s+"?([^"\s]+)"?', re.MULTILINE)
_COMPUTED = re.compile(r"\$[({]\s*\$[({]|\$[({][^(){},=$]*\$[({]")


def tell_unused(site: Site, file: str, macros: Mapping[str, str], at: Location) -> None:
    """Note macros of no use, with what the file has instead. Names that are computed may be any."""
    if not macros:
        return
    text = _whole(file)
    if _COMPUTED.search(text):
        return
    used = set(_USED.findall(text))
    for value in macros.values():
        used |= set(_USED.findall(value))
    for name in macros:
        if name not in used:
            near = did_you_mean(name, used - set(macros))
            site.note("macro-unused", at, f"{file} has no use for the macro {name}{near}", f"macro {name} in {file}")


def _whole(file: str, depth: int = 0) -> str:
    """A file with all that it includes, in any order."""
    try:
        text = read_text(Reader({}).find(file))
    except (OSError, NotFound):
        return "$($(" if depth else ""
    if depth < 8:
        text += "".join(_whole(name, depth + 1) for name in _INCLUDES.findall(text))
    return text
