"""A Reading as JSON, for other programs: one object, on one line. No thread."""

from __future__ import annotations

import json
import math
from typing import Any

from pydevpva.client.reading import Reading
from pydevpva.records.core.arrays import is_array
from pydevpva.records.results.ndarray import NDArray


def as_json(name: str, reading: Reading, more: bool = False) -> str:
    """{"name": ..., "type": ..., "value": ..., ...}; `more`: with the limits, too. All elements of arrays."""
    found = {"name": name, **_object(reading)}
    if more:
        found["limits"] = {key: _plain(value) for key, value in reading.limits.items()}
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _object(reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {"type": reading.type}
    if reading.choices is None:
        found["value"] = _plain(reading.value)
    else:
        found |= {"value": reading.label, "index": reading.value, "choices": list(reading.choices)}
    found |= {"severity": reading.alarm, "message": reading.message}
    if reading.time_ns is not None:
        found["time"] = reading.time_ns / 1e9
    if reading.units:
        found["units"] = reading.units
    return found


def _plain(value: Any) -> Any:
    """What JSON can say; numbers it has none for are text: "NaN", "Infinity". Of an image, what it is."""
    if isinstance(value, Reading):
        return _object(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, NDArray):
        return {"shape": list(value.shape), "dtype": str(value.dtype), "id": value.unique_id}
    if is_array(value):
        return [_plain(element) for element in (value.tolist() if hasattr(value, "tolist") else value)]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value.item() if hasattr(value, "item") else value
