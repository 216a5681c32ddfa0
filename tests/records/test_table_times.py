"""Times and named indexes in tables."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.local_ioc import StartEngine

DB = 'record(table, "T:T") { field(DTYP, "pydev") field(INP, "@made()") }'
NOON = datetime.datetime(2026, 11, 29, 12, 0)


def columns(engine: StartEngine, made: object) -> Any:
    ioc = engine(DB)
    ioc.ioc.evaluator.namespace["made"] = lambda: made
    assert ioc.put("T:T.PROC", 1) == "ok"
    return {name: list(column) for name, column in ioc.record("T:T").VAL.columns.items()}


@pytest.mark.parametrize(
    ("times", "texts"),
    [
        (np.array(["2026-11-29T12:00", "NaT"], "M8[ns]"), ["2026-11-29T12:00:00", ""]),
        (np.array(["2026-11-29T12:00:00.25"], "M8[us]"), ["2026-11-29T12:00:00.250"]),
        ([NOON, NOON + datetime.timedelta(microseconds=5)], ["2026-11-29T12:00:00", "2026-11-29T12:00:00.000005"]),
        ([datetime.date(2026, 11, 29)], ["2026-11-29"]),
        (np.array([NOON], dtype=object), ["2026-11-29T12:00:00"]),
    ],
)  # fmt: skip
def test_a_column_of_times_is_iso_text(engine: StartEngine, times: Any, texts: list[str]) -> None:
    made = {"when": times, "n": list(range(len(texts)))}
    assert columns(engine, made) == {"when": texts, "n": list(range(len(texts)))}


class Series:
    def __init__(self, values: Any) -> None:
        self.values = np.array(values)

    def to_numpy(self) -> Any:
        return self.values


class Frame:
    """As a pandas DataFrame looks from outside."""

    def __init__(self, index: str | None, **made: Any) -> None:
        self._made = {name: Series(values) for name, values in made.items()}
        self.columns = list(made)
        when = Series(np.array(["2026-11-29T12:00", "2026-11-29T12:01"], "M8[ns]"))
        self.index = SimpleNamespace(names=[index], get_level_values=lambda name: when)

    def __getitem__(self, name: str) -> Series:
        return self._made[name]

    def to_numpy(self) -> Any:
        return np.array([series.values for series in self._made.values()]).T

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.to_numpy()


def test_an_index_with_a_name_is_the_first_column(engine: StartEngine) -> None:
    assert columns(engine, Frame("when", x=[1, 2])) == {
        "when": ["2026-11-29T12:00:00", "2026-11-29T12:01:00"],
        "x": [1, 2],
    }


def test_an_index_without_a_name_is_left_out(engine: StartEngine) -> None:
    assert columns(engine, Frame(None, x=[1, 2])) == {"x": [1, 2]}
