"""Macros, $(NAME) and $(NAME=default), as EPICS expands them: in databases, templates, scripts, request files (macLib).

libCom does it. No thread of its own: a `Macros` belongs to the thread that uses it.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping

from pydevpva.libcom import as_bytes, as_text, libcom

MACRO_DEPTH = 12  # of $(A=$(B=...)) that are expanded
MACRO_BYTES = 256  # MAC_SIZE: macLib cuts a macro's value there without a word


class Macros:
    """A set of macros to expand strings with (macLib). Values are as written: quotes and escapes go when expanded."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._lib = libcom()
        self._handle = ctypes.c_void_p()
        self._buffer = ctypes.create_string_buffer(4096)
        self._lib.macCreateHandle(ctypes.byref(self._handle), None)
        self._lib.macSuppressWarning(self._handle, 1)
        self.define(values)

    def define(self, values: Mapping[str, str]) -> None:
        """Add macros, or give them other values."""
        for name, value in values.items():
            if _expandable(value) < len(value):
                continue  # macLib would never end; what names this macro has an undefined one
            self._lib.macPutValue(self._handle, as_bytes(name), as_bytes(value))

    def expand(self, text: str) -> tuple[str, bool]:
        """text with its macros replaced, and whether all were defined; those that are not stay as $(NAME).

        What follows a `$(NAME,` that has no end stays as it is: macLib would look for the end for ever. So does a text
        with defaults in defaults in defaults: macLib takes twice the time for each.
        """
        if (end := _expandable(text)) < len(text):
            return (self.expand(text[:end])[0] if end else "") + text[end:], False
        source = as_bytes(text)
        room = len(self._buffer)
        while True:
            length = self._lib.macExpandString(self._handle, source, self._buffer, room)
            if abs(length) < room - 1:
                return as_text(self._buffer.value), length >= 0
            room *= 4
            self._buffer = ctypes.create_string_buffer(room)

    def __del__(self) -> None:
        self._lib.macDeleteHandle(self._handle)


_LEFT = re.compile(r"\$[({]([^)},=$]*)")


def undefined(expanded: str) -> list[str]:
    """The names in the references that an expansion has left."""
    return list(dict.fromkeys(filter(None, _LEFT.findall(expanded))))


def expand(text: str, macros: Mapping[str, str]) -> tuple[str, list[str]]:
    """text with its macros replaced (macExpandString), and the names that were undefined; those stay as $(NAME)."""
    expanded, complete = Macros(macros).expand(text)
    return expanded, [] if complete else undefined(expanded)


_REFERENCE = re.compile(r"\\.|\$[({]|[)}'\"]", re.DOTALL)


def _expandable(text: str) -> int:
    """How much of a text macLib can expand in finite time."""
    if text.count("=") > MACRO_DEPTH and _references(text)[1] > MACRO_DEPTH:
        return 0
    if "," in text and (end := unclosed(text)) is not None and "," in text[end:]:
        return end
    return len(text)


def unclosed(text: str) -> int | None:
    """Where the first macro reference begins that has no end."""
    return _references(text)[0]


def _references(text: str) -> tuple[int | None, int]:
    """Where the first macro reference begins that has no end; how deep references are nested."""
    open_: list[tuple[int, str]] = []
    deepest, quote = 0, ""  # quotes count inside references only
    for match in _REFERENCE.finditer(text):
        token = match.group()
        if quote or (open_ and token in "'\""):
            quote = token if not quote else "" if token == quote else quote
        elif token[0] == "$":
            open_.append((match.start(), ")" if token[1] == "(" else "}"))
            deepest = max(deepest, len(open_))
        elif open_ and token == open_[-1][1]:
            open_.pop()
    return open_[0][0] if open_ else None, deepest


def parse_macros(text: str) -> dict[str, str]:
    """The macros of "A=1,B='x y'" (macParseDefns). A name without "=" removes that macro.

    Values keep their quotes, which go when they are expanded.
    """
    lib = libcom()
    pairs = ctypes.POINTER(ctypes.c_char_p)()
    # macParseDefns has room for as many names and values as the text has characters; "a,b,c" has one more. Blanks at
    # the end mean nothing.
    room = " " * (len(text) + 4)
    count = lib.macParseDefns(None, as_bytes(text + room), ctypes.byref(pairs))
    found: dict[str, str] = {}
    for i in range(0, 2 * count, 2):
        name, value = pairs[i], pairs[i + 1]
        if name is None:
            break
        if value is None:
            found.pop(as_text(name), None)
        else:
            found[as_text(name)] = as_text(value)
    _free(pairs)
    return found


def _free(pointer: object) -> None:
    libc = ctypes.PyDLL(None)
    libc.free.argtypes, libc.free.restype = [ctypes.c_void_p], None
    libc.free(pointer)
