"""Values of other servers as Python has them: NTNDArray as NDArray, NTTable as a dict of columns. Any thread.

The arrays are p4p's own memory: read-only, not copied.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pydevpva.pva import wire
from pydevpva.pva.image import COLOR_MODE
from pydevpva.records.ndarray_value import NDArray, mode_fits

_DTYPES = wire.DTYPES | {"?": "bool"}


def value_of(structure: Any) -> Any:
    """The value of a p4p Value of any normative type; an enum's is its index. ValueError: it cannot be decoded."""
    kind = structure.getID().split(":")[1] if structure.getID().startswith("epics:nt/") else ""
    if kind == "nt/NTNDArray":
        return image_of(structure)
    if kind == "nt/NTTable":
        return columns_of(structure)
    value = structure["value"] if structure.has("value") else structure
    if kind == "nt/NTEnum":
        return value["index"]
    return value


def columns_of(structure: Any) -> dict[str, Any]:
    """An NTTable's columns by label, or by member name where the labels are not one for each column."""
    value, labels = structure["value"], structure["labels"] or []
    members = list(value)
    names = labels if len(set(labels)) == len(members) else members
    return {name: array_of(value, member) for name, member in zip(names, members, strict=True)}


def array_of(structure: Any, name: str) -> Any:
    """An array member: a read-only numpy array, or a list of str. p4p gives None for one that was sent empty."""
    if (column := structure[name]) is not None:
        return column
    code = structure.type().aspy(name)
    return [] if code == "as" else np.zeros(0, _DTYPES.get(code[1:], "f8"))


def image_of(structure: Any) -> NDArray:
    """An NTNDArray: dimension[0] is numpy's last axis. Without dimensions: one axis. Attributes by name.

    The frame's time is dataTimeStamp, or timeStamp where that is not set.
    """
    if codec := structure.get("codec.name"):
        raise ValueError(f"the image is compressed with {codec}; only images without compression can be read")
    pixels = structure["value"]
    if pixels is None:
        pixels = np.zeros(0, "u1")
    made = np.asarray(pixels).reshape(_shape(structure, pixels.size)).view(NDArray)
    made.unique_id = structure["uniqueId"]
    made.time_ns = _time(structure, "dataTimeStamp") or _time(structure, "timeStamp") or None
    attributes = {entry["name"]: entry["value"] for entry in structure["attribute"] or ()}
    mode = attributes.pop(COLOR_MODE, None)
    if isinstance(mode, (int, np.integer)) and 0 <= mode <= 4 and mode_fits(int(mode), made.shape):
        made.color_mode = int(mode)
    elif mode is not None:
        attributes[COLOR_MODE] = mode  # YUV and others: for who knows what to do with it
    made.attributes = attributes
    made.flags.writeable = False
    return made


def _shape(structure: Any, size: int) -> tuple[int, ...]:
    shape = tuple(side["size"] for side in reversed(structure["dimension"] or ()))
    if not shape:
        return (size,)
    if math.prod(shape) != size:
        raise ValueError(f"an image of {' x '.join(map(str, shape))} has {size} pixels")
    return shape


def _time(structure: Any, leaf: str) -> int:
    if not structure.has(leaf):
        return 0
    time = structure[leaf]
    return int(time["secondsPastEpoch"]) * 10**9 + int(time["nanoseconds"])
