"""Saving what was read to a file: .npy for any numbers, .png for images. Main thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pydevpva.client.reading import ClientError, Reading

_NO_PILLOW = "needs Pillow: pip install pillow"


def save(reading: Reading, path: str) -> str:
    """Write the value; what was written, in words. ClientError: it is not for that kind of file."""
    write = _WRITERS.get(Path(path).suffix.lower())
    if write is None:
        raise ClientError(f"{path}: --save writes {' and '.join(_WRITERS)}")
    if not isinstance(reading.value, np.ndarray):
        raise ClientError(f"{path}: --save is for images and arrays of numbers, and this is {reading.type}")
    try:
        write(np.asarray(reading.value), path)
    except OSError as error:
        raise ClientError(f"{path}: {error.strerror or error}") from None
    return f"{path}: {' x '.join(map(str, reading.value.shape))} {reading.value.dtype}"


def _npy(pixels: np.ndarray[Any, Any], path: str) -> None:
    np.save(path, pixels, allow_pickle=False)


def _png(pixels: np.ndarray[Any, Any], path: str) -> None:
    """8 and 16 bits as they are; else from black, the least, to white, the most. The planes of RGB2, RGB3 last."""
    if pixels.ndim == 3 and pixels.shape[2] != 3:
        planes = pixels.shape.index(3) if 3 in pixels.shape else -1
        pixels = np.moveaxis(pixels, planes, 2) if planes >= 0 else pixels
    if not pixels.size or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        shown = " x ".join(map(str, pixels.shape)) if pixels.size else "nothing"
        raise ClientError(f"{path}: a picture is rows and columns, or three colours of them, not {shown}")
    if pixels.dtype != np.uint8 and (pixels.dtype != np.uint16 or pixels.ndim == 3):
        pixels = _stretched(pixels)
    try:
        from PIL import Image
    except ImportError:
        raise ClientError(f"{path}: {_NO_PILLOW}") from None
    Image.fromarray(np.ascontiguousarray(pixels)).save(path)


def _stretched(pixels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values = np.nan_to_num(pixels.astype(np.float64))
    low, high = float(values.min()), float(values.max())
    grey: np.ndarray[Any, Any] = ((values - low) * (255 / ((high - low) or 1))).round().astype(np.uint8)
    return grey


_WRITERS: Mapping[str, Callable[[np.ndarray[Any, Any], str], None]] = {".npy": _npy, ".png": _png}
