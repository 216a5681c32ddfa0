"""table: columns of equal length. What clients get of it is tests/pva/test_table.py's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import Engine, StartEngine


def table(code: str, more: str = "") -> str:
    return f'record(table, "T") {{ field(DTYP, "pydev") field(INP, "@{code}") {more} }}'


def columns(db: Engine, name: str = "T") -> dict[str, list[Any]]:
    return {column: list(values) for column, values in db.call(lambda: db.record(name).native("VAL")).items()}


def test_its_fields_count_columns_and_rows(engine: StartEngine) -> None:
    db = engine(table("{'x': [1, 2, 3], 'name': ['a', 'b', 'c']}"))
    assert (db.get("T.NCOL"), db.get("T.NROW"), db.get("T.UDF")) == (0, 0, 1)
    assert db.put("T.PROC", 1) == "ok"
    assert [db.get(f"T.{name}") for name in ("NCOL", "NROW", "CNT", "ERRC", "UDF")] == [2, 3, 1, 0, 0]
    assert columns(db) == {"x": [1, 2, 3], "name": ["a", "b", "c"]}


def test_cols_says_which_columns_there_are_and_their_types(engine: StartEngine) -> None:
    db = engine(table("{'n': [1, 2], 'x': (3, 4)}", 'field(COLS, "x:float64 n:int32")'))
    assert (db.get("T.NCOL"), columns(db)) == (2, {"x": [], "n": []})
    assert db.put("T.PROC", 1) == "ok"
    assert columns(db) == {"x": [3.0, 4.0], "n": [1, 2]}
    assert [values.dtype.name for values in db.call(lambda: db.record("T").native("VAL")).values()] == (
        ["float64", "int32"]
    )


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("{'x': [1, 2], 'y': [1]}", ""),
        ("{'y': [1]}", 'field(COLS, "x:float64")'),
        ("{'x': list(range(9))}", 'field(MAXR, "8")'),
        ("5", ""),
    ],
)
def test_what_is_no_such_table_is_an_alarm_and_it_stays_as_it_was(engine: StartEngine, code: str, more: str) -> None:
    db = engine(table(f"{code} if first else {{'x': [7.0]}}", more), "first = []")
    assert db.put("T.PROC", 1) == "ok"
    db.ioc.evaluator.namespace["first"].append(1)
    db.put("T.PROC", 1)
    assert (columns(db), db.get("T.CNT"), db.get("T.ERRC")) == ({"x": [7.0]}, 1, 1)
    assert db.alarm("T")[:2] == ("INVALID", "CALC")


def test_its_own_columns_are_val_and_those_of_another_an_input(engine: StartEngine) -> None:
    db = engine(
        table("{'x': [*VAL.get('x', []), len(VAL)]}", 'field(FLNK, "U")')
        + 'record(table, "U") { field(DTYP, "pydev") field(INPA, "T") field(INP, "@{\'twice\': A[\'x\'] * 2}") }'
    )
    for _ in range(2):
        assert db.put("T.PROC", 1) == "ok"
    assert (columns(db), columns(db, "U")) == ({"x": [0, 1]}, {"twice": [0, 2]})


def test_a_link_brings_a_whole_table(engine: StartEngine) -> None:
    db = engine(table("{'x': [1, 2]}", 'field(FLNK, "copy")') + 'record(table, "copy") { field(INP, "T") }')
    assert db.put("T.PROC", 1) == "ok"
    assert (columns(db, "copy"), db.alarm("copy")[:2]) == ({"x": [1, 2]}, ("NO_ALARM", "NO_ALARM"))


def test_without_a_link_processing_makes_it_defined(engine: StartEngine) -> None:
    db = engine('record(table, "T") { field(COLS, "x:float64") }')
    assert db.alarm("T")[:2] == ("INVALID", "UDF")
    db.process("T")
    assert (db.get("T.UDF"), db.alarm("T")[:2]) == (0, ("NO_ALARM", "NO_ALARM"))
