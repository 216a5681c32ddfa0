"""Columns of times as ISO text, for tables. On the thread of the user's code."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

UNITS = ("s", "ms", "us", "ns")
KINDS = (datetime.date, datetime.time)  # a datetime is a date


def iso_texts(column: Any) -> list[str] | None:
    """2026-11-29T02:30:00, all with as many digits as the finest needs; "" for NaT. None: these are no times."""
    if isinstance(column, np.ndarray):
        if column.dtype.kind == "M" and column.ndim == 1:
            return _iso(column)
        column = column.tolist() if column.dtype.kind == "O" and column.ndim == 1 else ()
    if type(column) not in (list, tuple) or not column or not all(isinstance(one, KINDS) for one in column):
        return None
    return ["" if one != one else str(one.isoformat()) for one in column]  # pandas' NaT is a datetime


def _iso(column: np.ndarray[Any, Any]) -> list[str]:
    lost = np.isnat(column)
    for unit in UNITS:
        if bool((lost | (column.astype(f"M8[{unit}]") == column)).all()):
            break
    texts = np.datetime_as_string(column.astype(f"M8[{unit}]"))
    return ["" if none else str(text) for none, text in zip(lost, texts, strict=True)]
