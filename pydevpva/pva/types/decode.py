"""Values of other servers as Python has them: NTNDArray as NDArray, NTTable as a dict of columns. Any thread.

The arrays are p4p's own memory, read-only, not copied, but for those of compressed images.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pydevpva.errors import UnreadableImage
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.image import COLOR_MODE
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core.values import Array, Columns, Numbers, Value, Whole
from pydevpva.records.results.codecs import decompress
from pydevpva.records.results.ndarray import NDArray, mode_fits

_DTYPES = wire.DTYPES | {"?": "bool"}


def value_of(structure: Structure) -> Whole:
    """The value of a p4p Value of any normative type; an enum's is its index. ValueError: it cannot be decoded."""
    kind = structure.getID().split(":")[1] if structure.getID().startswith("epics:nt/") else ""
    if kind == "nt/NTNDArray":
        return image_of(structure)
    if kind == "nt/NTTable":
        return columns_of(structure)
    value: Any = structure["value"] if structure.has("value") else structure
    plain: Value = value["index"] if kind == "nt/NTEnum" else value
    return plain


def columns_of(structure: Structure) -> Columns:
    """An NTTable's columns by label, or by member name where the labels are not one for each column."""
    value, labels = structure["value"], structure["labels"] or []
    members = list(value)
    names = labels if len(set(labels)) == len(members) else members
    return {name: array_of(value, member) for name, member in zip(names, members, strict=True)}


def array_of(structure: Structure, name: str) -> Array:
    """An array member: a read-only numpy array, or a list of str. p4p gives None for one that was sent empty."""
    column: Array | None = structure[name]
    if column is not None:
        return column
    code = structure.type().aspy(name)
    return [] if code == "as" else np.zeros(0, _DTYPES.get(code[1:], "f8"))


def image_of(structure: Structure) -> NDArray:
    """An NTNDArray: dimension[0] is numpy's last axis. Without dimensions: one axis. Attributes by name.

    The frame's time is dataTimeStamp, or timeStamp where that is not set. Raises ValueError; where compression is the
    reason, it is an UnreadableImage.
    """
    codec = structure.get("codec.name")
    made: NDArray = (_expanded(structure, codec) if codec else _pixels(structure)).view(NDArray)
    made.unique_id = structure["uniqueId"]
    made.time_ns = _time(structure, "dataTimeStamp") or _time(structure, "timeStamp") or None
    attributes = {entry["name"]: entry["value"] for entry in structure["attribute"] or ()}
    mode = attributes.pop(COLOR_MODE, None)
    if codec == "jpeg" and made.ndim == 3:
        mode = 2  # whatever it was before
    if isinstance(mode, (int, np.integer)) and 0 <= mode <= 4 and mode_fits(int(mode), made.shape):
        made.color_mode = int(mode)
    elif mode is not None:
        attributes[COLOR_MODE] = mode  # YUV and others: for who knows what to do with it
    made.attributes = attributes
    made.flags.writeable = False
    return made


def _pixels(structure: Structure) -> Numbers:
    pixels = np.asarray(np.zeros(0, "u1") if structure["value"] is None else structure["value"])
    shape = _shape(structure)
    if not shape:
        return pixels
    if math.prod(shape) != pixels.size:
        raise ValueError(f"an image of {' x '.join(map(str, shape))} has {pixels.size} pixels")
    return pixels.reshape(shape)


def _expanded(structure: Structure, codec: str) -> Numbers:
    shape = _shape(structure)
    if not shape or min(shape) < 0:
        raise UnreadableImage(f"codec {codec}: the dimensions are not told")
    return decompress(codec, structure["value"], structure.get("codec.parameters"), shape)


def _shape(structure: Structure) -> tuple[int, ...]:
    return tuple(side["size"] for side in reversed(structure["dimension"] or ()))


def _time(structure: Structure, leaf: str) -> int:
    if not structure.has(leaf):
        return 0
    time = structure[leaf]
    return int(time["secondsPastEpoch"]) * 10**9 + int(time["nanoseconds"])
