"""What a file is that was given as a startup script and is none, and how it is loaded. Pure functions."""

from __future__ import annotations

import os
import re

_MACRO = re.compile(r"\$[({]([A-Za-z_]\w*)[)}]")  # without a default
_LEADING = re.compile(r"(?:\s+|#[^\n]*\n?)*")
KINDS = (  # how it begins, what it is, how it is loaded
    (r"(?:g?record|alias)\s*\(", "a database", "pydevpva{macros} -d {path}"),
    (r"(?:recordtype|menu|device|driver|breaktable|registrar|function|variable|link)\s*\(", "a .dbd file",
     "pydevpva -D {path}, before -d"),
    (r"(?:file|global|pattern)\b[^\n]*\s*\{", "a substitutions file",
     'dbLoadTemplate("{path}") in a startup script'),
    (r"(?:UAG|HAG|ASG)\s*\(", "an access security file", "pydevpva{macros} -a {path}, with -d"),
    (r'\{\s*"', "a file of groups", "pydevpva{macros} -G {path}, with -d"),
)  # fmt: skip


def is_python(path: str) -> bool:
    """By its name."""
    return path.endswith(".py")


def advice(path: str) -> str:
    """ "a database is loaded with: pydevpva -d x.db"; "" for what may be a script, or cannot be read."""
    if is_python(path):
        module = os.path.basename(path).removesuffix(".py")
        return f'Python is run by a line of a startup script: pydev("import {module}")'
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return ""
    begin = _LEADING.match(text)
    for pattern, what, way in KINDS:
        if re.compile(pattern).match(text, begin.end() if begin else 0):
            return f"{what} is loaded with: {way.format(path=path, macros=_macros(text))}"
    return ""


def _macros(text: str) -> str:
    names = dict.fromkeys(_MACRO.findall(text))
    return f' -m "{",".join(f"{name}=..." for name in names)}"' if names else ""
