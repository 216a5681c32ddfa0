"""What a Python result becomes in an array field. Pure functions, for any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pydevpva.db.dbf import DTYPES, FLOATS, INTEGERS
from pydevpva.plain.values import SIMPLE, Frame, Masked
from pydevpva.records.core.values import Array, Numbers
from pydevpva.records.results.scalar import NUMBERS, ResultError, WrongKind, opened, shown, text

PLAIN = SIMPLE | {list, tuple, range, np.ndarray, Masked, Frame, dict}
TEXT = ("CHAR", "UCHAR")
PLAIN_INTEGERS = frozenset({int, bool})
PLAIN_NUMBERS = frozenset({int, bool, float})


def array(value: object, dbf: str, capacity: int) -> tuple[Array, bool]:
    """(the elements, whether some were cut): at most `capacity` elements of type `dbf`, never the user's own memory.

    From a list, tuple, range, numpy array of any shape, or buffer of numbers; into CHAR and UCHAR also from str
    and bytes, with a terminating NUL where there is room. Raises ResultError when one element does not fit.
    """
    if type(value) not in PLAIN:
        value = opened(value)
    if isinstance(value, (str, bytes)) and dbf in TEXT:
        return _characters(value, dbf, capacity)
    if isinstance(value, (list, tuple, range)):
        return _from_sequence(value[:capacity], dbf), _longer(value, capacity)
    flat = _numpy(value, dbf).reshape(-1)
    return _from_numpy(flat[:capacity], dbf), len(flat) > capacity


def _longer(value: Sequence[Any], capacity: int) -> bool:
    return bool(value[capacity : capacity + 1])  # len() of a range may be beyond C's


def _characters(value: str | bytes, dbf: str, capacity: int) -> tuple[Array, bool]:
    try:
        data = value[: capacity + 1].encode() if isinstance(value, str) else value[: capacity + 1]
    except UnicodeEncodeError:
        raise ResultError(f"{shown(value)} cannot be written in UTF-8") from None
    kept = data[:capacity]
    if len(data) > capacity and isinstance(value, str):
        kept = kept.decode(errors="ignore").encode()  # no half character
    elif len(data) < capacity:
        kept += b"\0"
    return np.frombuffer(kept, dtype=DTYPES[dbf]).copy(), len(data) > capacity


def _numpy(value: object, dbf: str) -> Numbers:
    if isinstance(value, np.ndarray) and value.ndim:
        return value
    if isinstance(value, bytes) and dbf != "STRING":
        return np.frombuffer(value, "u1")
    if isinstance(value, Masked):
        if dbf not in FLOATS:
            raise ResultError(f"element {value.first()} is masked: no value")
        return value.filled()
    if isinstance(value, Frame) and value.array is not None:
        return value.array
    if value is None:
        raise ResultError("no value (None)")
    if isinstance(value, (str, bytes, int, float, np.ndarray)):
        raise WrongKind(f"{shown(value)} is one value; an array is needed, such as a list")
    if isinstance(value, dict):
        raise WrongKind("dict is not an array; return list(...) of it")
    raise WrongKind(f"{shown(value)} is not an array")


def _from_sequence(value: Sequence[Any], dbf: str) -> Array:
    types = frozenset(map(type, value))
    if dbf == "STRING":
        return _one_by_one(value, dbf)
    try:
        if dbf in INTEGERS and (types <= PLAIN_INTEGERS or isinstance(value, range)):
            return _from_numpy(np.array(value, dtype="i8"), dbf)
        if types == {float} or (dbf not in INTEGERS and types <= PLAIN_NUMBERS):
            return _from_numpy(np.array(value, dtype="f8"), dbf)
    except OverflowError:
        pass  # beyond 64 bits, or beyond DOUBLE: the slow way says which
    return _one_by_one(value, dbf)


def _one_by_one(value: Sequence[Any], dbf: str) -> Array:
    """Each element by the rules for a scalar; text and numbers do not mix."""
    texts = [isinstance(element, (str, bytes)) for element in value]
    if len(set(texts)) > 1:
        odd = texts.index(dbf != "STRING")
        raise ResultError(f"element {odd} is {shown(value[odd])}: text and other values are mixed")
    into = text if dbf == "STRING" else NUMBERS[dbf]
    made: list[Any] = []
    try:
        for element in value:
            made.append(into(element))
    except ResultError as error:
        raise ResultError(f"element {len(made)}: {error}") from None
    return made if dbf == "STRING" else np.array(made, dtype=DTYPES[dbf])


def _from_numpy(flat: Numbers, dbf: str) -> Array:
    kind = flat.dtype.kind
    if kind == "c":
        raise ResultError("array is complex: use abs() or .real")
    if kind not in "biufUSO":
        raise ResultError(f"a numpy array of {flat.dtype} cannot go into {dbf}")
    if kind in "USO" or dbf == "STRING":
        return _from_sequence(flat.tolist(), dbf)
    if dbf in INTEGERS and len(flat):
        flat = _checked_integers(flat, dbf)
    elif dbf == "FLOAT":
        return _float32(flat)
    return flat.astype(DTYPES[dbf], copy=True)


def _checked_integers(flat: Numbers, dbf: str) -> Numbers:
    """Truncated, when all elements are in range; min and max see NaN too."""
    if flat.dtype.kind == "f":
        flat = np.trunc(flat)
    lowest, highest = flat.min().item(), flat.max().item()
    low, high = INTEGERS[dbf]
    if low <= lowest and highest <= high:
        return flat
    fits = [low <= element <= high for element in flat.tolist()]
    at = fits.index(False)
    raise ResultError(f"element {at}: {flat[at].item()} is out of range: {dbf} holds {low} to {high}")


def _float32(flat: Numbers) -> Numbers:
    with np.errstate(over="ignore"):
        made = flat.astype("f4", copy=True)
    beyond = np.isinf(made) & np.isfinite(flat)
    if beyond.any():
        at = int(beyond.argmax())
        raise ResultError(f"element {at}: {flat[at].item()} is out of range for FLOAT")
    return made
