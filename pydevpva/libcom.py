"""libCom's functions, where they are the definition of what they do: CALC expressions, the hash of arrays.

Macros, which libCom expands too, are in db/macros.py. No thread of its own: a `Calc` belongs to the thread that uses
it. The library is the one p4p has loaded. The calls keep the GIL (PyDLL): they take less time than giving it away.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from pydevpva.errors import PydevpvaError
from pydevpva.libraries import get_lib

CALC_NAMES = "ABCDEFGHIJKLMNOPQRSTU"  # CALCPERFORM_NARGS of EPICS 7.0.8 and later
CALC_ARGS = len(CALC_NAMES)
CalcArgs = ctypes.c_double * CALC_ARGS


class CalcError(PydevpvaError):
    """A CALC expression that does not compile or cannot be computed; the text is calcErrorStr's."""


@cache
def libcom() -> Any:
    """libCom, with the signatures of the functions that are called."""
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


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def as_text(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _names(bits: int) -> tuple[str, ...]:
    return tuple(name for i, name in enumerate(CALC_NAMES) if bits >> i & 1)


def memory_hash(data: bytes) -> int:
    """The hash by which array records see that their value changed (epicsMemHash with seed 0)."""
    return int(libcom().epicsMemHash(data, len(data), 0))


class Calc:
    """A CALC expression, compiled once (postfix.c, calcPerform.c). Raises CalcError.

    `reads` and `stores` name the arguments, "A".."U", that it needs from outside and that it assigns.
    """

    __slots__ = ("_postfix", "_result", "_run", "_where", "reads", "stores", "text")

    def __init__(self, text: str) -> None:
        lib = libcom()
        self.text = text
        infix = as_bytes(text)
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
