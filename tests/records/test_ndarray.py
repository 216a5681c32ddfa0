"""ndarray: the fields that describe its array. What clients get of it is tests/pva/test_ndarray.py's."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

NUMPY = "import numpy"


def image(code: str, more: str = "") -> str:
    return f'record(ndarray, "I") {{ field(DTYP, "pydev") field(INP, "@{code}") {more} }}'


def test_its_fields_describe_the_array(engine: StartEngine) -> None:
    db = engine(image("numpy.arange(24, dtype='u2').reshape(2, 3, 4)"), NUMPY)
    assert db.put("I.PROC", 1) == "ok"
    assert [db.get(f"I.{name}") for name in ("NDIM", "SIZ1", "SIZ2", "SIZ3", "SIZ4")] == [3, 4, 3, 2, 0]
    assert [db.get(f"I.{name}") for name in ("NORD", "NBYT", "CBYT", "DTP", "UDF")] == [24, 48, 48, "uint16", 0]
    assert db.get("I") == list(range(24))


def test_before_the_first_array_it_is_empty_and_undefined(engine: StartEngine) -> None:
    db = engine(image("numpy.zeros(3)"), NUMPY)
    assert (db.get("I"), db.get("I.NORD"), db.get("I.UDF"), db.get("I.CNT")) == ([], 0, 1, 0)
    assert db.alarm("I")[:2] == ("INVALID", "UDF")


def test_arrays_are_numbered_and_counted(engine: StartEngine) -> None:
    db = engine(image("numpy.zeros(3)"), NUMPY)
    for _ in range(3):
        db.put("I.PROC", 1)
    assert (db.get("I.UNID"), db.get("I.CNT"), db.get("I.LOST")) == (3, 3, 0)


def test_numbers_that_are_left_out_are_lost(engine: StartEngine) -> None:
    db = engine(image("pydev.NDArray([1], unique_id=ids.pop(0))"), "ids = [5, 6, 9, 3]")
    seen = []
    for _ in range(4):
        db.put("I.PROC", 1)
        seen.append((db.get("I.UNID"), db.get("I.LOST")))
    assert seen == [(5, 0), (6, 0), (9, 2), (3, 2)]


def test_its_own_array_is_val_in_its_shape(engine: StartEngine) -> None:
    db = engine(image("VAL * 2 if VAL.size else numpy.ones((2, 2))"), NUMPY)
    for _ in range(3):
        db.put("I.PROC", 1)
    assert (db.get("I"), db.get("I.NDIM")) == ([4.0] * 4, 2)


def test_an_image_of_another_record_keeps_shape_and_number(engine: StartEngine) -> None:
    db = engine(
        image("pydev.NDArray(numpy.ones((2, 3)), unique_id=41)", 'field(FLNK, "J")')
        + 'record(ndarray, "J") { field(DTYP, "pydev") field(INP, "@A + 1") field(INPA, "I") }',
        NUMPY,
    )
    assert db.put("I.PROC", 1) == "ok"
    assert (db.get("J"), db.get("J.SIZ1"), db.get("J.SIZ2"), db.get("J.UNID")) == ([2.0] * 6, 3, 2, 41)


@pytest.mark.parametrize(
    ("code", "more", "said"),
    [
        ("'text'", "", "not an array"),
        ("numpy.zeros(100)", 'field(MAXB, "799")', "800"),
        ("numpy.zeros((1,) * 11)", "", "11"),
        ("numpy.array(['a'])", "", ""),
    ],
)
def test_what_it_cannot_hold_is_an_alarm_and_it_stays_as_it_was(
    engine: StartEngine, code: str, more: str, said: str
) -> None:
    db = engine(image(f"{code} if VAL.size else numpy.ones(2)", more), NUMPY)
    db.put("I.PROC", 1)
    assert db.alarm("I")[:2] == ("NO_ALARM", "NO_ALARM")
    db.put("I.PROC", 1)
    severity, status, message = db.alarm("I")
    assert (db.get("I"), db.get("I.CNT"), db.get("I.ERRC"), severity, status) == ([1.0, 1.0], 1, 1, "INVALID", "CALC")
    assert said in message


def test_a_waveform_is_an_array_of_one_dimension(engine: StartEngine) -> None:
    db = engine(
        'record(waveform, "w") { field(FTVL, "SHORT") field(NELM, "5") field(INP, [1, 2, 3]) }'
        'record(ndarray, "I") { field(INP, "w") }'
    )
    db.process("I")
    assert (db.get("I"), db.get("I.NDIM"), db.get("I.SIZ1"), db.get("I.DTP")) == ([1, 2, 3], 1, 3, "int16")
