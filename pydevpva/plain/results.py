"""`plain`: whatever users' code returns or publishes as what nobody's code belongs to any more.

It is called on the thread that ran or published the code: there it may sleep, raise and never end as it likes, and
there what it gave is dropped.
"""

from __future__ import annotations

import array
import enum
import marshal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from numbers import Rational
from operator import countOf
from types import CoroutineType
from typing import Any

import numpy as np

from pydevpva.plain import arrays, scalars
from pydevpva.plain.errors import describe
from pydevpva.plain.times import iso_texts
from pydevpva.plain.values import SIMPLE, Array, Frame, Made, Refused, Unfit
from pydevpva.plain.words import kind_of, named, printable, what_to_write

MOST_NESTED = 32
LONG = 256  # elements; longer lists of numbers are arrays, which are quicker to convert for the database thread
MARSHALLED = 2  # the format's version that writes floats in binary, and each by itself
MARSHALLED_HEAD = 5  # bytes: it is a list, of so many
MARSHALLED_TYPE = ord("g")
_MARSHALLED_FLOAT = np.dtype([("type", "u1"), ("number", "<f8")])
LONGEST_RANGE = 2**24
ITERABLE = "not an array; return list(...) of it"
LABEL = 200  # characters of a column's label that are kept


def plain(value: object) -> object:
    """The value itself when it is of a type in SIMPLE, else Made or Refused. Never raises."""
    if type(value) in SIMPLE:
        return value
    kind = kind_of(value)
    try:
        made = _plain(value, 0)
    except Unfit as error:
        reason = str(error)
        if type(value) is CoroutineType and value.cr_frame is not None and value.cr_await is None:
            _end(value)
    except BaseException as error:  # a user's class may raise what it likes where its value is looked at
        reason = f"looking at it raised {describe(error)}"
    else:
        return Made(made, kind)
    return Refused(named(kind, reason))


def borrowed(value: object) -> object:
    """As plain, for what is done with before users' code runs again: an array of numbers is not copied."""
    if type(value) is np.ndarray and value.ndim == 1 and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        return Made(value, "ndarray")
    return plain(value)


def _end(coroutine: CoroutineType[Any, Any, Any]) -> None:
    """It is not run: without this, Python warns that it never was."""
    with suppress(BaseException):
        coroutine.close()


def register(kind: type, make: Callable[[Any, int, arrays.Plain], Any]) -> None:
    """Have make(value, depth, plain) make a class of arrays plain."""
    _KINDS.insert(0, (kind, lambda value, depth: make(value, depth, _plain)))


def _plain(value: object, depth: int) -> Any:
    kind = type(value)
    if kind in SIMPLE:
        return value
    make = _EXACTLY.get(kind)
    if make is not None:
        return make(value, depth)
    for base, make in _KINDS:
        if isinstance(value, base):
            return make(value, depth)
    return _other(value, depth)


def _sequence(value: Any, depth: int) -> Any:
    """A list or tuple, of these classes or made from them, whose own __iter__ and __len__ do not count."""
    if depth >= MOST_NESTED:
        raise Unfit(f"nested more than {MOST_NESTED} deep")
    if type(value) in (list, tuple) and len(value) >= LONG and (numbers := _all_alike(value)) is not None:
        return numbers
    items = list.copy(value) if isinstance(value, list) else list(tuple.__iter__(value))
    kinds = set(map(type, items))
    if len(kinds) == 1 and (numbers := _numbers(items, next(iter(kinds)))) is not None:
        return numbers
    if not kinds <= SIMPLE:
        for at, item in enumerate(items):
            try:
                items[at] = _plain(item, depth + 1)
            except Unfit as error:
                raise Unfit(f"element {at}: {named(kind_of(item), str(error))}") from None
    return tuple(items) if isinstance(value, tuple) else items


def _all_alike(value: Sequence[Any]) -> Array | None:
    """A long list of Python's own floats, of its ints, or of its bools as an array; None for any other."""
    kind = type(value[0])
    if kind is float:
        return _floats(value)
    if kind not in (int, bool) or countOf(map(type, value), kind) != len(value):
        return None
    try:
        return np.fromiter(value, kind, len(value))
    except OverflowError:  # beyond 64 bits
        return None


def _floats(value: Sequence[Any]) -> Array | None:
    """A list of nothing but Python's own floats; None for any other. Checks each and converts it in one pass.

    marshal writes each element with a letter for its very type, where struct and numpy take the number of any class.
    """
    try:
        written = np.frombuffer(marshal.dumps(list(value), MARSHALLED), _MARSHALLED_FLOAT, offset=MARSHALLED_HEAD)
    except ValueError:  # something in it is no value of Python's own, or of another size
        return None
    if len(written) != len(value) or (written["type"] != MARSHALLED_TYPE).any():
        return None
    return written["number"].copy()


def _numbers(items: list[Any], kind: type) -> Any:
    """An array of a list of numpy's scalars; None: it is none."""
    if kind.__module__ == "numpy" and issubclass(kind, np.number) and np.dtype(kind).kind in "iuf":
        return arrays.base_array(np.array(items), 0, _plain)
    return None


def _range(value: range, depth: int) -> Any:
    try:
        return np.arange(value.start, value.stop, value.step) if len(value) <= LONGEST_RANGE else value
    except OverflowError:
        return value


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    if depth:
        raise Unfit("a dict within is no value")
    columns = {}
    for name, column in list(value.items()):
        label = printable(str(name)[:LABEL])
        try:
            columns[label] = times if (times := iso_texts(column)) is not None else _plain(column, depth + 1)
        except Unfit as error:
            raise Unfit(f"column {label}: {named(kind_of(column), str(error))}") from None
    return columns


def _frame(value: Any, depth: int) -> Frame:
    """A pandas DataFrame, or what works like one."""
    named = {name: value[name].to_numpy() for name in value.columns}
    columns = _mapping({**_index(value), **named}, depth)
    whole = np.asarray(value)
    return Frame(columns, arrays.base_array(whole, depth, _plain) if whole.dtype.kind in "biuf" else None)


def _index(value: Any) -> dict[Any, Any]:
    """The levels of its index that have a name: columns before the others."""
    index: Any = getattr(value, "index", None)
    names = [name for name in getattr(index, "names", None) or () if name is not None]
    return {name: index.get_level_values(name).to_numpy() for name in names}


def _array(value: Any, depth: int) -> Any:
    return arrays.array(value, depth, _plain)


def _buffer(value: Any, depth: int) -> Any:
    return arrays.base_array(np.asarray(value), depth, _plain)


def _other(value: Any, depth: int) -> Any:
    """A class of a user or a library that numpy, and the standard library, do not know."""
    if scalars.has_magnitude(value):
        scalars.check_unit(value)
        inner = getattr(value, "magnitude", value)
        if type(inner) is not type(value) and depth < MOST_NESTED:
            return _plain(inner, depth + 1)
    if getattr(value, "ndim", None) == 0 and callable(item := getattr(value, "item", None)) and depth < MOST_NESTED:
        inner = item()
        if type(inner) is not type(value):
            return _plain(inner, depth + 1)
    try:
        return scalars.other_number(value)
    except Unfit as error:
        if str(error):
            raise
    if hasattr(value, "columns") and hasattr(value, "to_numpy"):
        return _frame(value, depth)
    if hasattr(value, "__array__") or hasattr(value, "__array_interface__"):
        made = np.asarray(value)
        if made.ndim or made.dtype.kind != "O":
            return arrays.array(made, depth, _plain)
    raise Unfit(what_to_write(value) or (ITERABLE if hasattr(value, "__iter__") else "no number, text or array"))


_Make = Callable[[Any, int], Any]
_EXACTLY: dict[type, _Make] = {list: _sequence, tuple: _sequence, range: _range, np.ndarray: _array}
_KINDS: list[tuple[Any, _Make]] = [
    (enum.Enum, lambda value, depth: scalars.member(value)),
    (str, lambda value, depth: scalars.text(value)),
    (int, lambda value, depth: scalars.integer(value)),
    (float, lambda value, depth: scalars.real(value)),
    (bytes, lambda value, depth: scalars.data(value)),
    (bytearray, lambda value, depth: scalars.bytearray_of(value)),
    ((memoryview, array.array), _buffer),
    (np.ndarray, _array),
    (np.generic, lambda value, depth: scalars.numpy_scalar(value)),
    ((list, tuple), _sequence),
    (Decimal, lambda value, depth: scalars.decimal(value)),
    (Rational, lambda value, depth: scalars.rational(value)),
    (scalars.TIMES, lambda value, depth: scalars.time(value)),
    (complex, lambda value, depth: scalars.complex_number(value)),
    (Mapping, _mapping),
]
