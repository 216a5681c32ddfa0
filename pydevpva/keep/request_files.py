"""Request files: which PVs a set saves (EPICS: autosave's save_restore.c, readReqFile). No thread.

A line names a PV, its first word; `file NAME MACROS` reads another file, which knows only the macros given there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydevpva.db.macros import Macros, parse_macros, undefined
from pydevpva.db.source import read_text
from pydevpva.errors import NotFound
from pydevpva.keep.sav_text import FIRST_LETTERS

DEEPEST = 32  # files within files
_FILE = re.compile(r"""file[ \t]+["']?([^"'\s,]+)["']?[ \t,]*(.*)""")
_MACRO = re.compile(r"""\s*([^\s=,]+)\s*=\s*("[^"]*"|'[^']*'|[^\s,]*)""")


@dataclass(slots=True)
class Request:
    """The PVs that a file asks for, in order, each once; what is wrong with it; what macros say of its file."""

    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    path_pv: str = ""
    name_pv: str = ""
    is_menu: bool = False  # the macro CONFIGMENU is given


def find(name: str, folders: Sequence[str]) -> str:
    """The path of a request file; NotFound."""
    direct = not folders or os.path.isabs(name) or name.startswith(("./", "../"))
    places = [os.path.join(folder, name) for folder in folders] + [name] * direct
    for place in places:
        if os.path.isfile(place):
            return place
    searched = f" in {', '.join(folders)}" if folders and not os.path.isabs(name) else ""
    raise NotFound(f'no request file "{name}"{searched}')


def read(name: str, macros: str, folders: Sequence[str]) -> Request:
    """Read a request file and those that it names. NotFound or OSError for the file itself."""
    request = Request()
    given = parse_macros(macros) if macros else {}
    request.path_pv, request.name_pv = given.get("SAVEPATHPV", ""), given.get("SAVENAMEPV", "")
    request.is_menu = bool(given.get("CONFIGMENU"))
    _read(request, find(name, folders), given, folders, ())
    request.names = list(dict.fromkeys(request.names))
    return request


def _read(request: Request, path: str, macros: dict[str, str], folders: Sequence[str], within: tuple[str, ...]) -> None:
    """`within`: the files that it is included by."""
    known = Macros(macros)
    for number, line in enumerate(_lines(path), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        place = f"{path} line {number}"
        text = known.expand(words)[0] if "$" in words else words
        if (included := _FILE.match(text)) is not None:
            _include(request, included, folders, (*within, os.path.realpath(path)), place)
            continue
        name = text.split()[0]
        if names := undefined(name):
            request.problems.append(f"{place}: {name}: macro {names[0]} is undefined")
        elif name[0].isalnum() or name[0] in FIRST_LETTERS:
            request.names.append(name)
        else:
            request.problems.append(f"{place}: {name}: no PV's name begins so")


def _lines(path: str) -> Iterable[str]:
    return read_text(path).splitlines()


def _include(
    request: Request, line: re.Match[str], folders: Sequence[str], within: tuple[str, ...], place: str
) -> None:
    macros = {name: value.strip("\"'") for name, value in _MACRO.findall(line[2].split("#")[0])}
    try:
        path = find(line[1], folders)
        if os.path.realpath(path) in within or len(within) >= DEEPEST:
            request.problems.append(f'{place}: "{line[1]}" is included by itself')
        else:
            _read(request, path, macros, folders, within)
    except (NotFound, OSError) as error:
        request.problems.append(f"{place}: {error}")
