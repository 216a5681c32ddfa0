"""pycalc: a Python expression of up to ten inputs."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

SOURCE = 'record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "5") field(INP, [1.5, 2.5, 4]) }\n'


def test_constants_are_inputs_of_the_type_that_ft_says(engine: StartEngine) -> None:
    db = engine(
        'record(pycalc, "p") { field(INPA, "17.9") field(FTA, "LONG") field(INPB, "3")'
        ' field(CALC, "[A, B]") field(MEVL, "2") field(FTVL, "STRING") }'
    )
    db.put("p.PROC", 1)
    assert db.get("p") == ["17", "3.0"]


def test_arrays_come_as_lists_and_a_list_is_the_result(engine: StartEngine) -> None:
    db = engine(
        SOURCE + 'record(pycalc, "p") { field(INPA, "w") field(MEA, "5") field(MEVL, "2")'
        ' field(CALC, "[x*2 for x in A]") }'
    )
    db.put("p.PROC", 1)
    assert (db.get("p"), db.get("p.NEVL"), db.get("p.NEA")) == ([3.0, 5.0], 2, 3)


def test_an_image_that_is_read_as_a_number_is_told(engine: StartEngine, caplog: pytest.LogCaptureFixture) -> None:
    db = engine(
        'record(ndarray, "image") { field(DTYP, "pydev") field(INP, "@numpy.arange(6.0).reshape(2, 3) + 1") }'
        ' record(pycalc, "one") { field(INPC, "image") field(CALC, "C") }'
        ' record(pycalc, "all") { field(INPA, "image CP") field(MEA, "6") field(CALC, "sum(A)") }'
        ' record(pycalc, "size") { field(INPA, "image.SIZ1") field(CALC, "A") }',
        "import numpy",
    )
    assert "one.INPC: image is an image, of which C is the first pixel; MEC says how many, and INPA" in caplog.text
    assert caplog.text.count("is an image") == 1
    for name in ("image", "one", "all", "size"):
        db.put(f"{name}.PROC", 1)
    assert (db.get("one"), db.get("all"), db.get("size")) == (1, 21, 3)


def test_the_value_goes_to_out(engine: StartEngine) -> None:
    db = engine(
        SOURCE + 'record(pycalc, "p") { field(INPA, "w") field(MEA, "5") field(CALC, "sum(A)")'
        ' field(OUT, "o PP") }'
        '\nrecord(ao, "o") {}'
    )
    assert db.put("p.PROC", 1) == "ok"
    assert db.get("o") == 8.0


def test_none_leaves_the_value_without_an_alarm_and_without_output(engine: StartEngine) -> None:
    db = engine(
        'record(pycalc, "p") { field(INPA, "3") field(CALC, "A if A > 2 else None")'
        ' field(OUT, "o PP") }'
        '\nrecord(ao, "o") {}'
    )
    db.put("p.PROC", 1)
    db.put("o", 9)
    db.put("p.A", 1)
    assert (db.get("p"), db.get("o"), db.alarm("p")[0]) == (3.0, 9.0, "NO_ALARM")


def test_an_exception_is_an_alarm_with_its_text_and_no_output(engine: StartEngine) -> None:
    db = engine(
        'record(pycalc, "p") { field(CALC, "1/A") field(FTA, "LONG") field(OUT, "o PP") }'
        '\nrecord(ao, "o") { field(VAL, "9") }'
    )
    assert db.put("p.PROC", 1) == "ok"
    assert db.alarm("p") == ("INVALID", "CALC", "ZeroDivisionError: division by zero")
    assert db.get("o") == 9.0
    db.put("p.A", 2)
    assert (db.get("o"), db.alarm("p")[0]) == (0.5, "NO_ALARM")


def test_calc_may_be_changed_also_to_bad_python(engine: StartEngine) -> None:
    db = engine('record(pycalc, "p") { field(INPA, "4") field(CALC, "A") }')
    db.put("p.CALC", "A +* 2")
    assert db.alarm("p") == ("INVALID", "CALC", "SyntaxError: invalid syntax")
    db.put("p.CALC", "%A% + 2")
    assert (db.get("p"), db.alarm("p")[0]) == (6.0, "NO_ALARM")


def test_name_is_known(engine: StartEngine) -> None:
    db = engine('record(pycalc, "p") { field(CALC, "NAME + \'!\'") field(FTVL, "STRING") }')
    db.put("p.PROC", 1)
    assert db.get("p") == "p!"


def test_a_cp_input_processes_it(engine: StartEngine) -> None:
    db = engine('record(ai, "a") { field(VAL, "2") }\nrecord(pycalc, "p") { field(INPA, "a CP") field(CALC, "A*A") }')
    db.put("p.PROC", 1)  # the processing that CP begins with is over: as in EPICS, a change during it is not heard
    watch = db.watch("p")
    db.put("a", 5)
    watch.wait_for_value(25.0)
