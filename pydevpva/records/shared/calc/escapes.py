"""C escapes, as EPICS writes and reads them (epicsString.c of EPICS 7.0.8). No thread.

Texts here have one character a byte.
"""

from __future__ import annotations

import re

_NAMES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_WRITTEN = {ord(char): f"\\{name}" for name, char in _NAMES.items()} | {ord(char): f"\\{char}" for char in "\\'\""}
_ESCAPES = {code: _WRITTEN.get(code, f"\\x{code:02x}") for code in range(256) if not 32 <= code < 127} | _WRITTEN
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|.|$)", re.DOTALL)


def escaped(raw: str) -> str:
    """Control characters, quotes and what is not ASCII as escapes."""
    return raw.translate(_ESCAPES)


def unescaped(text: str) -> str:
    """Escapes as the characters that they mean; a backslash at the end is nothing."""
    return _ESCAPE.sub(_meant, text) if "\\" in text else text


def _meant(found: re.Match[str]) -> str:
    name = found.group(1)
    return chr(int(name[1:], 16)) if len(name) > 1 else _NAMES.get(name, name)
