"""numpy's arrays of every class as base-class arrays that are ours. On the thread of the user's code, which it runs."""

from __future__ import annotations

import datetime
import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from pydevpva.plain.scalars import BEYOND, COMPLEX, check_unit, numpy_scalar, time_refused
from pydevpva.plain.values import Array, Masked, Unfit

Plain = Callable[[object, int], Any]  # a value, how deep it is nested
WITHOUT_UNITS = (np.ndarray, np.matrix, np.memmap, np.recarray)
# What may own an array's memory and runs nobody's code when it goes: for a class of arrays, whether this one does not
KEEPERS: dict[type, Callable[[Any], bool]] = {
    np.ndarray: lambda array: True,
    bytes: lambda data: True,
    bytearray: lambda data: True,
    type(datetime.datetime_CAPI): lambda capsule: True,  # memory of a C library
}


def array(value: Array, depth: int, plain: Plain) -> Any:
    """An array of any class; `plain` makes its elements plain where they are objects."""
    if type(value) not in WITHOUT_UNITS:
        check_unit(value)
    if is_masked(value):
        return _masked(value, depth, plain)
    return base_array(own_class(value), depth, plain)


def is_masked(value: Array) -> bool:
    """Whether it is of numpy.ma's class, which none is before somebody imports it: an eighth of a client's start."""
    ma = sys.modules.get("numpy.ma")
    return type(value) is not np.ndarray and isinstance(value, getattr(ma, "MaskedArray", ()))


def own_class(value: Array) -> Array:
    """As numpy's own class; of any other a copy, as its end may give the memory to the next image of a camera."""
    return value if type(value) is np.ndarray else np.array(value, copy=True, subok=False)


def base_array(made: Array, depth: int, plain: Plain) -> Any:
    """The same of one of numpy's own class."""
    kind = made.dtype.kind
    if made.dtype.names is not None and made.ndim:
        return _columns(made, depth, plain)
    if kind in "mM":
        raise time_refused(made.ndim == 0 and bool(np.isnat(made)))
    if made.ndim == 0:
        inner: object = made[()]
        return numpy_scalar(inner) if isinstance(inner, np.number) else plain(inner, depth + 1)
    if kind in "OT":
        return plain(made.tolist(), depth + 1)
    if kind == "c":
        raise Unfit(f"array is complex: {COMPLEX}")
    if kind not in "biufSU":
        raise Unfit(f"an array of {made.dtype} has no numbers and no text")
    return ours(_doubles(made) if kind == "f" and made.dtype.itemsize > 8 else made)


def ours(made: Array) -> Array:
    """Memory that nobody writes to behind our back, and whose end runs no code of a user.

    One-dimensional arrays are copied. Images and tables of numbers are large, and shared where only numpy keeps their
    memory: their makers must not write to them any more.
    """
    if made.ndim > 1 and made.flags.c_contiguous and kept_by_numpy(made):
        return made.view()
    return np.array(made, order="C", copy=True)


def kept_by_numpy(made: Any) -> bool:
    """Whether neither the array nor what it is a view of is an object of a user's, or watched by one."""
    while made is not None:
        is_plain = KEEPERS.get(type(made))
        if is_plain is None or not is_plain(made):
            return False
        if not isinstance(made, np.ndarray):
            return True
        if weakref.getweakrefcount(made):
            return False
        made = made.base
    return True


def _doubles(made: Array) -> Array:
    """long double as DOUBLE; what is beyond is refused."""
    with np.errstate(over="ignore"):
        narrow = made.astype("f8")
    if bool((np.isinf(narrow) & np.isfinite(made)).any()):
        raise Unfit(BEYOND)
    return narrow


def _columns(made: Array, depth: int, plain: Plain) -> dict[str, Any]:
    """A structured array as columns."""
    if made.ndim != 1:
        raise Unfit(f"a structured array of {made.ndim} dimensions; a table has rows only")
    columns = {}
    for name in made.dtype.names or ():
        try:
            columns[name] = plain(made[name], depth + 1)
        except Unfit as error:
            raise Unfit(f"column {name}: {error}") from None
    return columns


def _masked(value: Any, depth: int, plain: Plain) -> Any:
    """A masked element is no value; what becomes of that depends on where it goes."""
    if value.dtype.names is not None:
        return {name: plain(value[name], depth + 1) for name in value.dtype.names}
    data, mask = np.ma.getdata(value, subok=False), np.ma.getmaskarray(value)
    if not mask.any():
        return base_array(np.asarray(data), depth, plain)
    if not data.ndim:
        raise Unfit("no value (masked)")
    if data.dtype.kind not in "biuf":
        raise Unfit(f"element {int(mask.reshape(-1).argmax())} is masked: no value")
    numbers = np.where(mask, np.zeros((), data.dtype), data)  # what is behind the mask may be anything
    return Masked(np.array(base_array(numbers, depth, plain)), np.array(mask, dtype=bool))
