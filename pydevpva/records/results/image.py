"""What a Python result becomes in an ndarray record. Pure functions, for any thread."""

from __future__ import annotations

from typing import Any

import numpy as np

from pydevpva.plain.values import Frame, Masked
from pydevpva.records.core.values import Numbers
from pydevpva.records.results.ndarray import COLOR_MODES, NDArray, mode_fits, mode_of
from pydevpva.records.results.scalar import ResultError, WrongKind, opened, shown

MOST_DIMENSIONS = 10
PLAIN = (np.ndarray, NDArray, list, tuple, Masked, Frame)
DBF = {
    "bool": "UCHAR", "int8": "CHAR", "uint8": "UCHAR", "int16": "SHORT", "uint16": "USHORT", "int32": "LONG",
    "uint32": "ULONG", "int64": "INT64", "uint64": "UINT64", "float32": "FLOAT", "float64": "DOUBLE",
}  # fmt: skip


def image(result: object, most_bytes: int, color_mode: int | None) -> NDArray:
    """The result as a read-only NDArray, C-contiguous, native, of a type in DBF, with its colour mode.

    It shares the result's memory wherever the layout allows. color_mode: what CMOD asks for, None: Auto.
    Raises ResultError for what is no numeric array of 1 to 10 dimensions, or is larger than most_bytes (0: no limit).
    """
    if type(result) not in PLAIN:
        result = opened(result)
    array = _numeric(result)
    if most_bytes and array.nbytes > most_bytes:
        sides = " x ".join(map(str, array.shape))
        raise ResultError(f"{array.nbytes} bytes > MAXB {most_bytes} ({array.dtype} {sides})")
    array = np.ascontiguousarray(array, dtype=wire_type(array.dtype))
    made = array.view(NDArray)
    if isinstance(result, NDArray):
        made.__array_finalize__(result)
    made.color_mode = _color_mode(array.shape, made.color_mode if color_mode is None else color_mode)
    made.flags.writeable = False
    return made


def _numeric(result: object) -> Numbers:
    if isinstance(result, Masked):
        if result.data.dtype.kind != "f":
            raise ResultError(f"pixel {result.first()} is masked: no value")
        result = result.filled()
    elif isinstance(result, Frame) and result.array is not None:
        result = result.array
    elif isinstance(result, (list, tuple)):
        try:
            result = np.asarray(result)
        except (ValueError, TypeError) as error:
            raise ResultError(f"not a numeric array: {error}") from None
    if not isinstance(result, np.ndarray):
        raise WrongKind(f"{shown(result)} is not an array")
    array = np.asarray(result)  # without the subclass
    if array.dtype.kind not in "biuf":
        raise ResultError(f"a numpy array of {array.dtype} is not numeric")
    if not 1 <= array.ndim <= MOST_DIMENSIONS:
        raise ResultError(f"{array.ndim} dimensions; 1 to {MOST_DIMENSIONS} can be served")
    return array


def wire_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The nearest type that PVAccess has: float16 becomes float32, long double float64; native byte order."""
    if dtype.kind == "f":
        return np.dtype("f4" if dtype.itemsize <= 4 else "f8")
    return np.dtype("?") if dtype.kind == "b" else np.dtype(f"{dtype.kind}{dtype.itemsize}")


def _color_mode(shape: tuple[int, ...], wanted: int | None) -> int:
    if wanted is None:
        return mode_of(shape)
    if not mode_fits(wanted, shape):
        raise ResultError(f"shape {shape} is not {COLOR_MODES[wanted]}")
    return wanted


def elements(made: NDArray) -> Numbers:
    """All elements as one dimension in the type of the DBF field, without a copy."""
    flat = made.view(np.ndarray).reshape(-1)
    return flat.view("u1") if flat.dtype.kind == "b" else flat


def dbf_of(dtype: np.dtype[Any]) -> str:
    """The DBF type of elements."""
    return DBF[dtype.name]
