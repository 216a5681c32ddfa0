"""table records over the wire: NTTable from what code returns, and as clients write it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pytest

from pydevpva.records.core.record import NEVER
from tests.clients import Pvapy
from tests.local_ioc import Serve, Served, eventually

FRAME = """
import numpy
class Frame:  # as pandas.DataFrame: columns, [], to_numpy
    columns = ["x", 5]
    def to_numpy(self): raise NotImplementedError
    def __getitem__(self, name): return Series([1.5, 2.5] if name == "x" else ["a", "b"])
class Series(list):
    def to_numpy(self): return numpy.array(self, object if isinstance(self[0], str) else None)
"""
WRITABLE = 'record(table, "T") { field(COLS, "x:float64 n:int32 name:string") field(FLNK, "Sum") }'
SUM = """record(ai, "Sum") { field(DTYP, "pydev") field(INP, "@VAL + 1") }"""


def processed(serve: Serve, db: str, python: str = "") -> Served:
    """An IOC whose record T has processed at its start."""
    served = serve(db, python)
    eventually(lambda: served.record("T").TIME != NEVER, "T has processed")
    return served


def table(code: str, more: str = "") -> str:
    return f'record(table, "T") {{ field(DTYP, "pydev") field(INP, "@{code}") field(PINI, "YES") {more} }}'


def columns(served: Served, name: str = "T") -> dict[str, Any]:
    value = served.get(name).value
    return {column: list(value[column]) for column in value}


def test_a_dict_of_columns_has_all_its_leaves(serve: Serve) -> None:
    served = processed(serve, table("{'x': [1, 2], 'name': ['a', 'b']}", 'field(DESC, "Peaks") field(UNIT, "mm")'))
    update = served.get("T")
    assert update.getID() == "epics:nt/NTTable:1.0"
    assert (update.labels, update.descriptor) == (["x", "name"], "Peaks (x: mm)")
    assert (update.value.x.tolist(), update.value.x.dtype, update.value.name) == ([1, 2], np.int64, ["a", "b"])
    assert update.alarm.tolist() == [("severity", 0), ("status", 0), ("message", "")]
    assert update.timeStamp.secondsPastEpoch > 1e9
    assert [served.get(f"T.{name}").value for name in ("NCOL", "NROW", "CNT", "ERRC")] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("numpy.array([(1, 2.5), (3, 4.5)], 'u2,f4')", {"f0": [1, 3], "f1": [2.5, 4.5]}),
        ("Frame()", {"x": [1.5, 2.5], "_5": ["a", "b"]}),
        ("{'a b': (1, 2), 'a-b': range(2), '': [True, False]}", {"a_b": [1, 2], "a_b_": [0, 1], "column2": [1, 0]}),
        ("{'s': numpy.array(['x', 'yy']), 'h': numpy.ones(2, 'f2')}", {"s": ["x", "yy"], "h": [1, 1]}),
        ("{'x': numpy.arange(4, dtype='>i4')[::-2]}", {"x": [3, 1]}),
        ("{'x': []}", {"x": []}),
        ("{}", {}),
    ],
)
def test_what_can_be_a_table(serve: Serve, code: str, expected: dict[str, Any]) -> None:
    served = processed(serve, table(code), FRAME)
    assert columns(served) == expected
    assert served.get("T").alarm.severity == 0


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("5", "5 is no table: a dict of columns, a structured array or a DataFrame is one"),
        ("{'x': [1, 2], 'y': [1]}", "columns of different length: x 2, y 1"),
        ("{'x': 5}", "column x: 5 is not an array"),
        ("{'x': 'text'}", "column x: 'text' is not an array"),
        ("{'x': [[1]]}", "column x has 2 dimensions"),
        ("{'x': [1, None]}", "column x: object is neither numeric nor text"),
        ("{'x': [1j]}", "column x: element 0: complex: use abs() or .real"),
        ("{'x': range(6)}", "6 rows are more than MAXR = 5"),
    ],
)
def test_what_is_no_table_is_an_alarm(serve: Serve, code: str, message: str) -> None:
    served = processed(serve, table(code, 'field(MAXR, "5")'), FRAME)
    update = served.get("T")
    assert (update.alarm.severity, update.alarm.message) == (3, message[:39])
    assert served.get("T.ERRC").value == 1


def test_other_columns_are_another_type_and_clients_come_back(serve: Serve) -> None:
    served = processed(
        serve,
        table("{'x': range(A)} if A < 3 else {'x': range(A), 'y': ['text'] * A}", 'field(INPA, "N CP")')
        + 'record(longout, "N") { field(VAL, "2") }',
    )
    with served.watch("T") as watch:
        watch.until(lambda update: update.labels == ["x"])
        served.put("N", 3)
        assert watch.until(lambda update: update.labels == ["x", "y"]).value.y == ["text"] * 3
        served.put("N", 4)
        assert len(watch.until(lambda update: len(update.value.x) == 4).value.y) == 4


def test_labels_can_be_set(serve: Serve) -> None:
    served = processed(serve, table("{'x': [1], 'y': [2], 'z': [3]}", 'field(LABL, "X [mm]|Y")'))
    assert served.get("T").labels == ["X [mm]", "Y", "z"]


def test_clients_write_a_whole_table(serve: Serve) -> None:
    served = serve(WRITABLE + SUM + 'record(table, "Copy") { field(INP, "T CP") }')
    sent = {"x": [1.5, 2.5], "n": [1, 2], "name": ["a", "b"]}
    with served.watch("Copy") as copies:
        assert served.put("T", {"value": sent}) == "ok"
        assert columns(served) == sent
        assert served.get("Sum").value == 1
        assert copies.until(lambda update: update.labels and len(update.value.x)).value.name == ["a", "b"]
    assert served.put("T", {"value": {"x": [], "n": [], "name": []}}) == "ok"
    assert columns(served) == {"x": [], "n": [], "name": []}


def test_a_column_alone_can_be_written_when_it_has_as_many_rows(serve: Serve) -> None:
    served = serve(WRITABLE + SUM)
    served.put("T", {"value": {"x": [1.5, 2.5], "n": [1, 2], "name": ["a", "b"]}})
    assert served.put("T", {"value": {"n": [8, 9]}}) == "ok"
    assert columns(served) == {"x": [1.5, 2.5], "n": [8, 9], "name": ["a", "b"]}
    assert "T: columns of different length: x 1, n 2, name 2" in served.put("T", {"value": {"x": [1]}})
    assert columns(served)["x"] == [1.5, 2.5]


def test_code_sees_and_corrects_what_a_client_wrote(serve: Serve) -> None:
    code = "{'x': numpy.sort(VAL['x'])} if len(VAL['x']) < 4 else 1/0"
    served = serve(
        f'record(table, "T") {{ field(DTYP, "pydev") field(INP, "@{code}") field(COLS, "x:float64") }}', FRAME
    )
    assert served.put("T", {"value": {"x": [3, 1, 2]}}, wait=True) == "ok"
    assert columns(served) == {"x": [1, 2, 3]}
    served.put("T", {"value": {"x": [1, 2, 3, 4]}}, wait=True)
    assert served.get("T").alarm.message.startswith("ZeroDivisionError")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("{'x': [1]}", "columns x, but COLS declares x, n"),
        ("{'x': [1], 'n': [300]}", "column n: element 0: 300 is out of range"),
        ("{'x': ['a'], 'n': [1]}", "column x: element 0: 'a' is not a number"),
    ],
)
def test_declared_columns_are_checked(serve: Serve, code: str, message: str) -> None:
    served = processed(serve, table(code, 'field(COLS, "x:float64 n:uint8")'))
    update = served.get("T")
    assert update.alarm.message == message[:39]
    assert columns(served) == {"x": [], "n": []}


def test_pvapy_reads_and_monitors_a_table(serve: Serve) -> None:
    served = processed(serve, table("{'x': [1.5], 'name': ['a']}"))
    with closing(Pvapy(served.environment)) as pvapy:
        got = pvapy.get("T")
        assert (got["labels"], got["value"]) == (["x", "name"], {"x": [1.5], "name": ["a"]})
        assert pvapy.monitor("T", 1)[0]["value"]["x"] == [1.5]
