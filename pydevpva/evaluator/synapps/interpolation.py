"""interp_do: a table of x with two y, which is filled point by point (synApps: interp.c of calc). Evaluator thread.

A x   B, C the y of a new point   F order   G mode   H many x
VALA x   VALB, VALC y   VALN points   VALE whether it is a result   VALF, VALG the results   VALH, VALI many of them
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

INTERPOLATE, ADD, CLEAR, INTERPOLATE_ARRAY = range(4)  # G
HIGHEST = 10  # order
SAME = 1e-6


def _init(record: Any) -> None:
    """The table is as INPN and the like made it, or empty."""


def _do(record: Any) -> int:
    room = min(record.NOVA, record.NOVB, record.NOVC)
    points = min(max(int(record.VALN), 0), room)
    table = np.array([np.resize(np.atleast_1d(getattr(record, f"VAL{x}")), room) for x in "ABC"], float)
    record.VALE = 0
    return _MODES.get(int(record.G), _nothing)(record, table, points)


def _nothing(record: Any, table: Any, points: int) -> int:
    return 0


def _interpolate(record: Any, table: Any, points: int) -> int:
    x = float(record.A)
    if points <= 1:
        record.VALF = record.VALG = x
        return 0
    known = table[:, :points]
    record.VALF, record.VALG = (float(y) for y in _at(known, record.F, np.array([x]))[:, 0])
    if not known[0, 0] <= x <= known[0, -1]:
        return -1
    record.VALE = 1
    return 0


def _interpolate_array(record: Any, table: Any, points: int) -> int:
    x = np.atleast_1d(record.H).astype(float)
    if points <= 1:
        record.VALH = record.VALI = x
        return 0
    record.VALH, record.VALI = _at(table[:, :points], record.F, x)
    record.VALE = 1
    return 0


def _at(known: Any, order: float, x: Any) -> Any:
    """Both y at each x: beyond the ends that of the end."""
    xs, count = known[0], min(int(min(order, HIGHEST)) + 1, known.shape[1])
    if order <= 1:
        return np.array([np.interp(x, xs, y) for y in known[1:]])
    inside = np.clip(x, xs[0], xs[-1])
    index = np.interp(inside, xs, np.arange(len(xs)))
    first = (index - count // 2).astype(int) + (count % 2 == 0)
    return np.transpose(
        [_lagrange(known, max(0, min(len(xs) - count, f)), count, v) for f, v in zip(first, inside, strict=True)]
    )


def _lagrange(known: Any, first: int, count: int, x: float) -> Any:
    """The polynomial through the points from `first` on, at x."""
    near = known[:, first : first + count]
    xs = near[0]
    weights = [np.prod([(x - other) / (mine - other) for other in xs if other != mine]) for mine in xs]
    return near[1:] @ np.array(weights)


def _add(record: Any, table: Any, points: int) -> int:
    """A new point; an x that is there gets other y."""
    x = float(record.A)
    same = np.flatnonzero(np.abs(table[0, :points] - x) < SAME)
    if not same.size and points == table.shape[1]:
        return -1
    place = int(same[0]) if same.size else int(np.searchsorted(table[0, :points], x))
    if not same.size:
        table[:, place + 1 : points + 1] = table[:, place:points].copy()
        points += 1
    table[:, place] = x, record.B, record.C
    record.VALF, record.VALG = float(record.B), float(record.C)
    _keep(record, table, points)
    return 0


def _clear(record: Any, table: Any, points: int) -> int:
    _keep(record, np.zeros_like(table), 0)
    return 0


def _keep(record: Any, table: Any, points: int) -> None:
    record.VALA, record.VALB, record.VALC = table
    record.VALN = points


_MODES = {INTERPOLATE: _interpolate, ADD: _add, CLEAR: _clear, INTERPOLATE_ARRAY: _interpolate_array}


def functions() -> dict[str, Callable[[Any], object]]:
    """interp_init and interp_do."""
    return {"interp_init": _init, "interp_do": _do}
