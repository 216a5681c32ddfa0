"""What is asked of a value that may be an array: a numpy array of the field's type, or a list of texts. No thread.

An array is one dimension, but for whole images. Elsewhere nobody asks a value what it can do: these verbs are all.
"""

from __future__ import annotations

from copy import copy as duplicate
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from pydevpva.db.dbf import DTYPES
from pydevpva.records.core.values import (
    STRING_BYTES,
    Array,
    Elements,
    Numbers,
    Scalar,
    Value,
    clip_text,
    converter,
    plain_text,
)

if TYPE_CHECKING:
    from typing_extensions import TypeIs

T = TypeVar("T")


def is_array(value: object) -> TypeIs[Elements]:
    """Whether this has elements: no scalar, and no table."""
    return isinstance(value, (list, np.ndarray))


def is_numbers(value: object) -> TypeIs[Numbers]:
    """Whether this is an array of numbers."""
    return isinstance(value, np.ndarray)


def first(value: Scalar | Elements) -> Scalar:
    """The first element, a scalar as it is. IndexError: there is none."""
    if isinstance(value, np.ndarray):
        element: Scalar = value.item(0)
        return element
    return value[0] if isinstance(value, list) else value


def first_or_zero(value: Value) -> Scalar:
    """The same; of an array without elements 0, or an empty text."""
    if not is_array(value) or len(value):
        return first(value)
    return 0.0 if is_numbers(value) and value.dtype.kind == "f" else 0 if is_numbers(value) else ""


def as_list(values: Elements) -> list[Scalar]:
    """The elements as Python's own numbers and texts, in a list that is nobody else's."""
    return values.tolist() if isinstance(values, np.ndarray) else [*values]


def same(one: object, other: object) -> bool:
    """Whether two values of a field are one: arrays by their bytes, and NaN is NaN."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return False
    return bool(one == other or (one != one and other != other))


def copy(value: T) -> T:
    """For those who keep a value while its record goes on: records write into their arrays. Scalars stay."""
    return duplicate(value) if isinstance(value, (list, np.ndarray)) else value


def overwrite(array: Array, value: Array) -> None:
    """The first elements become those of `value`, which has the same type."""
    if isinstance(array, np.ndarray) or not isinstance(value, np.ndarray):
        array[: len(value)] = value


def read_only(value: Value) -> Value:
    """For user code to look at: a view that cannot be written to, of a list a copy. Scalars stay."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
        return value
    return [*value] if isinstance(value, list) else value


def characters(raw: bytes) -> Numbers:
    """Bytes as elements of a CHAR array, which cannot be written to."""
    return np.frombuffer(raw, "i1")


def to_array(values: Elements, dbf: str) -> Array:
    """Elements as an array of type dbf, C casts applied; STRING gives a list of str."""
    if dbf == "STRING":
        return [clip_text(v if isinstance(v, str) else plain_text(v), STRING_BYTES) for v in as_list(values)]
    if isinstance(values, np.ndarray):
        with np.errstate(all="ignore"):
            return values.astype(DTYPES[dbf])
    convert = converter(dbf)
    return np.array([convert(v) for v in values], dtype=DTYPES[dbf])
