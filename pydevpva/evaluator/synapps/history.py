"""pvHistory: the last values of three PVs, newest first (synApps: pvHistory.c of std). Evaluator thread.

A 1 clears   B the time   D, E, F the values   VALB times   VALC hours from now   VALD, VALE, VALF values
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_HOUR = 3600.0


def _init(record: Any) -> None:
    for name in ("VALB", "VALC", "VALD", "VALE", "VALF"):
        setattr(record, name, np.zeros(record.NOVB))


def _step(record: Any) -> None:
    size = record.NOVB
    if record.A:
        record.A = 0
        record.VALB = np.full(size, record.B)
        for name in ("VALC", "VALD", "VALE", "VALF"):
            setattr(record, name, np.zeros(size))
        return
    times = _shifted(record.VALB, record.B, size)
    if (missing := np.flatnonzero(times == 0)).size:  # nothing was recorded yet: as long ago as the oldest
        times[missing[0] :] = times[max(missing[0] - 1, 0)]
    record.VALB, record.VALC = times, (times - times[0]) / _HOUR
    for name in "DEF":
        setattr(record, f"VAL{name}", _shifted(getattr(record, f"VAL{name}"), getattr(record, name), size))


def _shifted(values: Any, newest: float, size: int) -> Any:
    """One further back, the newest in front."""
    return np.resize(np.concatenate(([newest], np.atleast_1d(values))), size)


def functions() -> dict[str, Callable[[Any], object]]:
    """pvHistory_init and pvHistory."""
    return {"pvHistory_init": _init, "pvHistory": _step}
