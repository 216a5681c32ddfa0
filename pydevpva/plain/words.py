"""Words about users' values and errors that cost little, whatever these are. Pure functions.

Nothing here formats a text, number or list before it is cut: repr() of 200 MB keeps the interpreter for seconds.
"""

from __future__ import annotations

import reprlib
import types
from typing import Any

MOST_DIGITS = 4000  # bits of an int that is shown; Python itself refuses decimal texts of more than 4,300 digits
LONGEST_NAME = 60
_name_of = type.__dict__["__name__"].__get__  # not through a metaclass of the user's


def kind_of(value: object) -> str:
    """The name of a value's type."""
    return printable(str.__getitem__(_name_of(type(value)), slice(LONGEST_NAME)))  # which may be of a class of its own


def printable(text: str) -> str:
    """Text that UTF-8 can hold; what it cannot is shown as \\udcff."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


_AS_THEY_ARE = (float, bool, complex, types.NoneType)


class _Short(reprlib.Repr):
    """Cuts each kind of plain value before it is formatted."""

    def repr_int(self, x: int, level: int) -> str:
        return repr(x) if x.bit_length() < 100 else f"an int of {x.bit_length()} bits"

    def repr_bytes(self, x: bytes, level: int) -> str:
        return repr(x) if len(x) <= self.maxstring else repr(x[: self.maxstring - 3]) + "..."

    def repr_ndarray(self, x: Any, level: int) -> str:
        if x.size <= self.maxlist and x.dtype.kind in "biuf":
            return self.repr1(x.tolist(), level)
        return f"an array of {' x '.join(map(str, x.shape))} {x.dtype}"

    def repr_instance(self, x: Any, level: int) -> str:
        return repr(x) if type(x) in _AS_THEY_ARE or type(x).__module__ == "numpy" else f"a {kind_of(x)}"

    def repr_range(self, x: range, level: int) -> str:
        return f"range({self.repr1(x.start, level)}, {self.repr1(x.stop, level)}, {self.repr1(x.step, level)})"


_short = _Short()


def named(kind: str, reason: str) -> str:
    """Why something of that type is refused, beginning with the type's name unless the reason says what it is about."""
    return reason if reason.startswith((kind, "element ", "column ", "array ")) else f"{kind}: {reason}"


def shown(value: object) -> str:
    """A value for an error text, shortened; of a value that is not plain nothing but the type."""
    if type(value).__module__ not in ("builtins", "numpy"):
        return f"a {kind_of(value)}"
    try:
        return printable(_short.repr(value))
    except Exception:
        return f"a {kind_of(value)}"


def what_to_write(value: object) -> str:
    """For a result that is no value but something that could give one: what to write instead; or ""."""
    for kinds, advice in _ADVICE:
        if isinstance(value, kinds):
            name = printable(str(getattr(value, "__name__", ""))[:LONGEST_NAME])
            return advice.format(kind=kind_of(value), name=name)
    return "call it: write ()" if callable(value) else ""


_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType)
_ADVICE: tuple[tuple[Any, str], ...] = (
    (types.CoroutineType, "coroutine {name}: await it, `await {name}()`"),
    (types.AsyncGeneratorType, "async_generator {name}: it is not awaited here"),
    (types.GeneratorType, "generator {name}: write list({name})"),
    (_FUNCTIONS, "{kind} {name}: call it, {name}()"),
    (type, "type {name}: make one, {name}()"),
    (types.ModuleType, "module {name}: name something in it"),
    ((set, frozenset), "{kind}: write list(...)"),
)
