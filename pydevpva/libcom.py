"""The few libCom functions that are the definition of what they do: CALC expressions and macro expansion.

No thread of its own: a `Calc` or `Macros` belongs to the thread that uses it. The library is the one p4p has loaded.
The calls keep the GIL (PyDLL): they take less time than giving it away.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydevpva.errors import PydevpvaError
from pydevpva.libraries import get_lib

CALC_NAMES = "ABCDEFGHIJKLMNOPQRSTU"  # CALCPERFORM_NARGS of EPICS 7.0.8 and later
CALC_ARGS = len(CALC_NAMES)
CalcArgs = ctypes.c_double * CALC_ARGS
MACRO_DEPTH = 12  # of $(A=$(B=...)) that are expanded
MACRO_BYTES = 256  # MAC_SIZE: macLib cuts a macro's value there without a word


class CalcError(PydevpvaError):
    """A CALC expression that does not compile or cannot be computed; the text is calcErrorStr's."""


@cache
def _lib() -> Any:
    lib = ctypes.PyDLL(get_lib("Com"))
    c_long, c_char_p, c_void_p = ctypes.c_long, ctypes.c_char_p, ctypes.c_void_p
    ulong_p = ctypes.POINTER(ctypes.c_ulong)
    for name, result, arguments in (
        ("postfix", c_long, [c_char_p, c_char_p, ctypes.POINTER(ctypes.c_short)]),
        ("calcPerform", ctypes.c_int, None),
        ("calcArgUsage", c_long, [c_char_p, ulong_p, ulong_p]),
        ("calcErrorStr", c_char_p, [ctypes.c_short]),
        ("epicsMemHash", ctypes.c_uint, [c_char_p, ctypes.c_size_t, ctypes.c_uint]),
        ("macCreateHandle", c_long, [ctypes.POINTER(c_void_p), c_void_p]),
        ("macDeleteHandle", c_long, [c_void_p]),
        ("macParseDefns", c_long, [c_void_p, c_char_p, ctypes.POINTER(ctypes.POINTER(c_char_p))]),
        ("macPutValue", c_long, [c_void_p, c_char_p, c_char_p]),
        ("macExpandString", c_long, [c_void_p, c_char_p, c_char_p, c_long]),
        ("macSuppressWarning", None, [c_void_p, ctypes.c_int]),
    ):
        function = getattr(lib, name)
        function.restype = result
        if arguments is not None:  # calcPerform gets ctypes objects only: converting them costs half its time
            function.argtypes = arguments
    return lib


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _names(bits: int) -> tuple[str, ...]:
    return tuple(name for i, name in enumerate(CALC_NAMES) if bits >> i & 1)


def memory_hash(data: bytes) -> int:
    """The hash by which array records see that their value changed (epicsMemHash with seed 0)."""
    return int(_lib().epicsMemHash(data, len(data), 0))


class Calc:
    """A CALC expression, compiled once (postfix.c, calcPerform.c). Raises CalcError.

    `reads` and `stores` name the arguments, "A".."U", that it needs from outside and that it assigns.
    """

    __slots__ = ("_postfix", "_result", "_run", "_where", "reads", "stores", "text")

    def __init__(self, text: str) -> None:
        lib = _lib()
        self.text = text
        infix = _encode(text)
        self._postfix = ctypes.create_string_buffer((len(infix) + 2) * 21 // 6 + 64)
        error = ctypes.c_short()
        if lib.postfix(infix, self._postfix, ctypes.byref(error)):
            raise CalcError(lib.calcErrorStr(error).decode())
        reads, stores = ctypes.c_ulong(), ctypes.c_ulong()
        lib.calcArgUsage(self._postfix, ctypes.byref(reads), ctypes.byref(stores))
        self.reads, self.stores = _names(reads.value), _names(stores.value)
        self._result = ctypes.c_double()
        self._where = ctypes.byref(self._result)
        self._run = lib.calcPerform

    def perform(self, args: ctypes.Array[ctypes.c_double], value: float = 0.0) -> float:
        """The value for args, a `CalcArgs()` of A..U; assignments in the expression change args in place.

        `value` is what VAL means in the expression.
        """
        self._result.value = value
        if self._run(args, self._where, self._postfix):
            raise CalcError("Expression cannot be computed")
        return self._result.value


class Macros:
    """A set of macros to expand strings with (macLib). Values are as written: quotes and escapes go when expanded."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._lib = _lib()
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
            self._lib.macPutValue(self._handle, _encode(name), _encode(value))

    def expand(self, text: str) -> tuple[str, bool]:
        """text with its macros replaced, and whether all were defined; those that are not stay as $(NAME).

        What follows a `$(NAME,` that has no end stays as it is: macLib would look for the end for ever. So does a text
        with defaults in defaults in defaults: macLib takes twice the time for each.
        """
        if (end := _expandable(text)) < len(text):
            return (self.expand(text[:end])[0] if end else "") + text[end:], False
        source = _encode(text)
        room = len(self._buffer)
        while True:
            length = self._lib.macExpandString(self._handle, source, self._buffer, room)
            if abs(length) < room - 1:
                return _decode(self._buffer.value), length >= 0
            room *= 4
            self._buffer = ctypes.create_string_buffer(room)

    def __del__(self) -> None:
        self._lib.macDeleteHandle(self._handle)


_LEFT = re.compile(r"\$[({]([^)},=$]*)")


def undefined(expanded: str) -> list[str]:
    """The names in the references that an expansion has left."""
    return list(dict.fromkeys(filter(None, _LEFT.findall(expanded))))


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


def parse_definitions(text: str) -> dict[str, str]:
    """The macros of "A=1,B='x y'" (macParseDefns); values keep their quotes. A name without "=" removes that macro."""
    lib = _lib()
    pairs = ctypes.POINTER(ctypes.c_char_p)()
    # macParseDefns has room for as many names and values as the text has characters; "a,b,c" has one more. Blanks at
    # the end mean nothing.
    room = " " * (len(text) + 4)
    count = lib.macParseDefns(None, _encode(text + room), ctypes.byref(pairs))
    found: dict[str, str] = {}
    for i in range(0, 2 * count, 2):
        name, value = pairs[i], pairs[i + 1]
        if name is None:
            break
        if value is None:
            found.pop(_decode(name), None)
        else:
            found[_decode(name)] = _decode(value)
    _free(pairs)
    return found


def _free(pointer: object) -> None:
    libc = ctypes.PyDLL(None)
    libc.free.argtypes, libc.free.restype = [ctypes.c_void_p], None
    libc.free(pointer)
