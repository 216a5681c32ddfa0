"""sub and aSub: Python functions by name."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.ioc_process import PATIENCE
from tests.local_ioc import local_ioc

SUM = "def total(record): return record.A + record.B"


def test_sub_takes_what_the_function_returns(tmp_path: Path) -> None:
    db = 'record(sub, "s") { field(SNAM, "total") field(INPA, "2") field(HIGH, "7") field(HSV, "MINOR") }'
    with local_ioc(tmp_path, db, SUM) as ioc:
        assert ioc.put("s.B", 3.5) is None
        assert (ioc.get("s"), ioc.get("s.UDF"), ioc.get("s.LB")) == (5.5, 0, 3.5)
        ioc.put("s.B", 10)
        assert ioc.alarm("s") == ("MINOR", "HIGH", "")


def test_what_a_function_assigns_is_stored_when_it_is_over(tmp_path: Path) -> None:
    code = (
        "def f(record):\n record.VAL = record.VAL + 1\n record.HOPR = 9\n record.EGU = 'mm'\n assert record.HOPR == 9"
    )
    with local_ioc(tmp_path, 'record(sub, "s") { field(SNAM, "f") }', code) as ioc:
        ioc.put("s.PROC", 1)
        assert (ioc.get("s"), ioc.get("s.HOPR"), ioc.get("s.EGU")) == (1.0, 9.0, "mm")


def test_an_exception_is_an_alarm_and_stores_nothing(tmp_path: Path) -> None:
    code = "def f(record):\n record.VAL = 5\n 1 / 0"
    with local_ioc(tmp_path, 'record(sub, "s") { field(SNAM, "f") }', code) as ioc:
        ioc.put("s.PROC", 1)
        assert ioc.get("s") == 0.0
        assert ioc.alarm("s") == ("INVALID", "CALC", "ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("record.VALL = 1", "AttributeError: sub has no field VALL; did"),
        ("record.LA = 1", "LA cannot be assigned"),
        ("record.PREC = 'x'", "PutError: s.PREC: 'x' is not an integer"),
        ("record.PREC = 70000", "PREC: 70000 is out of range"),
    ],
)
def test_an_assignment_that_cannot_be_says_why(tmp_path: Path, line: str, error: str) -> None:
    with local_ioc(tmp_path, 'record(sub, "s") { field(SNAM, "f") }', f"def f(record): {line}") as ioc:
        ioc.put("s.PROC", 1)
        assert ioc.alarm("s")[2].startswith(error[:39])


def test_a_missing_function_is_said_with_what_is_near(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), local_ioc(tmp_path, 'record(sub, "s") { field(SNAM, "totle") }', SUM) as ioc:
        place = f"{tmp_path}/test.db:1:20: "
        assert f'{place}s.SNAM: no Python function "totle"; did you mean total?' in caplog.messages
        ioc.put("s.PROC", 1)
        assert ioc.alarm("s") == ("INVALID", "BAD_SUB", "")
        assert ioc.put("s.SNAM", "total") is None
        ioc.put("s.PROC", 1)
        assert ioc.alarm("s") == ("NO_ALARM", "NO_ALARM", "")
        assert ioc.put("s.SNAM", "no.such") == (
            's.SNAM: no Python module no: it is not loaded; pydev("import no") loads it'
        )


def test_inam_runs_before_the_first_processing(tmp_path: Path) -> None:
    db = 'record(sub, "s") { field(INAM, "first") field(SNAM, "f") field(PINI, "YES") }'
    code = "def first(record):\n begun.set()\n go.wait()\n record.A = 40\ndef f(record): return record.A + 2"
    with local_ioc(tmp_path, db, "import threading\nbegun, go = threading.Event(), threading.Event()", code) as ioc:
        names = ioc.ioc.evaluator.namespace
        assert names["begun"].wait(PATIENCE)
        assert ioc.get("s") == 0.0
        names["go"].set()
        assert ioc.until("s", bool) == 42.0


def test_functions_by_decorator_and_by_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_subroutines.py").write_text(
        "import pydev\n@pydev.subroutine\ndef one(record): return 1\n"
        "@pydev.subroutine('second')\ndef two(record): return 2\ndef three(record): return 3\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    db = "".join(
        f'record(sub, "s{i}") {{ field(SNAM, "{name}") }}\n'
        for i, name in enumerate(["my_subroutines.three", "one", "second"])
    )
    with local_ioc(tmp_path, db, "import my_subroutines") as ioc:
        for i, value in enumerate([3.0, 1.0, 2.0]):
            ioc.put(f"s{i}.PROC", 1)
            assert ioc.get(f"s{i}") == value


ARRAYS = """record(aSub, "a") { field(SNAM, "f") field(FTA, "DOUBLE") field(NOA, "10") field(INPA, [1, 2, 3])
    field(FTVA, "LONG") field(NOVA, "5") field(OUTA, "out") field(FTVB, "STRING") field(BRSV, "MAJOR") }
record(waveform, "out") { field(FTVL, "LONG") field(NELM, "5") }"""


def test_asub_arrays(tmp_path: Path) -> None:
    code = "def f(record):\n record.VALA = record.A * 2\n record.VALB = f'{record.A.mean():.1f}'"
    with local_ioc(tmp_path, ARRAYS, code) as ioc:
        ioc.put("a.PROC", 1)
        assert ioc.get("a.VALA").tolist() == [2, 4, 6]
        assert (ioc.get("a.NEVA"), ioc.get("a.VALB"), ioc.get("a.UDF")) == (3, "2.0", 0)
        assert ioc.get("out").tolist() == [2, 4, 6]


def test_asub_in_place_and_lengths_as_in_c(tmp_path: Path) -> None:
    code = "def f(record):\n record.VALA[0] = 7\n record.VALA[1] = 8\n record.NEVA = 2"
    with local_ioc(tmp_path, ARRAYS, code) as ioc:
        ioc.put("a.PROC", 1)
        assert ioc.get("a.VALA").tolist() == [7, 8]
        assert ioc.get("out.NORD") == 2


def test_asub_negative_status(tmp_path: Path) -> None:
    code = "def f(record):\n record.VALA = [1]\n return -5"
    with local_ioc(tmp_path, ARRAYS, code) as ioc:
        ioc.put("a.PROC", 1)
        assert (ioc.get("a"), ioc.alarm("a")) == (-5, ("MAJOR", "SOFT", ""))
        assert ioc.get("out.NORD") == 0  # outputs are written when the status is 0


def test_asub_inputs_cannot_be_written_to(tmp_path: Path) -> None:
    with local_ioc(tmp_path, ARRAYS, "def f(record): record.A[0] = 1") as ioc:
        ioc.put("a.PROC", 1)
        assert ioc.alarm("a")[2].startswith("ValueError: assignment destination is")


def test_asub_takes_its_function_from_a_link(tmp_path: Path) -> None:
    db = 'record(aSub, "a") { field(LFLG, "READ") field(SUBL, "name") } record(stringin, "name") { field(VAL, "one") }'
    code = (
        "@pydev.subroutine\ndef one(record): record.VALA = 1\n@pydev.subroutine\ndef two(record): record.VALA = 2\n"
        "def three(record): record.VALA = 3"
    )
    with local_ioc(tmp_path, db, code) as ioc:
        ioc.put("a.PROC", 1)
        assert (ioc.get("a.VALA"), ioc.get("a.ONAM")) == (1.0, "one")
        ioc.put("name", "three")  # as any client might
        ioc.put("a.PROC", 1)
        assert ioc.get("a.VALA") == 1.0
        ioc.put("name", "two")
        ioc.put("a.PROC", 1)
        assert (ioc.get("a.VALA"), ioc.get("a.SNAM")) == (2.0, "two")
