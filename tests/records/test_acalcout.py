"""acalcout: an expression of numbers and arrays."""

from __future__ import annotations

import time

import pytest

from tests.local_ioc import Serve, StartEngine


def test_arrays_come_from_links_and_go_to_one(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "in") { field(FTVL, "SHORT") field(NELM, "10") }
        record(waveform, "out") { field(FTVL, "DOUBLE") field(NELM, "3") }
        record(ao, "one") {}
        record(acalcout, "a") { field(CALC, "AA*2") field(NELM, "4") field(INAA, "in") field(OUT, "out PP") }
        record(acalcout, "b") { field(CALC, "AA+1") field(NELM, "4") field(INAA, "a.AVAL") field(OUT, "one") }"""
    )
    db.put("in", [1, 2])
    db.put("a.PROC", 1)
    db.put("b.PROC", 1)
    assert (db.get("a.AVAL"), db.get("out")) == ([2.0, 4.0, 0.0, 0.0], [2.0, 4.0, 0.0])
    assert (db.get("b.AVAL"), db.get("one")) == ([3.0, 5.0, 1.0, 1.0], 3.0)


def test_a_link_that_is_not_connected_is_passed_over(engine: StartEngine) -> None:
    db = engine('record(acalcout, "a") { field(CALC, "AA+1") field(NELM, "2") field(INAA, "nowhere") }')
    db.put("a.PROC", 1)
    assert (db.get("a.AVAL"), db.text("a.IAAV")) == ([1.0, 1.0], "Ext PV NC")
    assert db.alarm("a")[0] == "NO_ALARM"


def test_pa_is_a_when_processing_is_over(engine: StartEngine) -> None:
    db = engine('record(acalcout, "a") { field(CALC, "A+1") field(INPA, "in") } record(ai, "in") { field(VAL, "4") }')
    db.put("a.PROC", 1)
    assert (db.get("a.A"), db.get("a.PA")) == (4.0, 4.0)


def test_nuse_says_how_many_elements_there_are(engine: StartEngine) -> None:
    db = engine('record(acalcout, "a") { field(CALC, "IX+AA") field(NELM, "5") field(NUSE, "3") }')
    db.put("a.AA", [1, 1, 1, 1, 1])
    assert (db.get("a.AVAL"), db.get("a.AA")) == ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    db.put("a.NUSE", 4)
    assert (db.get("a.AVAL"), db.get("a.AA")) == ([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0])
    db.put("a.AA", [7])
    assert db.get("a.AA") == [7.0, 0.0, 0.0, 0.0]
    assert db.put("a.NUSE", 6) == "a.NUSE: there are 5 elements (NELM)"
    assert db.get("a.NUSE") == 5


def test_size_is_what_clients_are_told(engine: StartEngine) -> None:
    fields = 'field(CALC, "IX") field(NELM, "5") field(NUSE, "2")'
    db = engine(f'record(acalcout, "n") {{ {fields} }}\nrecord(acalcout, "u") {{ {fields} field(SIZE, "NUSE") }}')
    sizes = [db.call(lambda name=name: db.ioc.database.find(f"{name}.AVAL").elements) for name in "nu"]
    assert sizes == [5, 2]


def test_what_an_expression_stores_into_arrays_is_posted(engine: StartEngine) -> None:
    db = engine('record(acalcout, "a") { field(CALC, "CC:=IX*A;SUM(CC)") field(NELM, "4") }')
    watch = db.watch("a")
    db.put("a.A", 2)
    assert (db.get("a.CC"), db.get("a"), db.get("a.AMASK")) == ([0.0, 2.0, 4.0, 6.0], 12.0, 4)
    assert ("CC", 3) in watch.changes


def test_a_result_that_is_no_number_stays_and_is_an_alarm(engine: StartEngine) -> None:
    db = engine('record(acalcout, "a") { field(CALC, "LN(A)") field(NELM, "2") field(UDF, "0") }')
    db.put("a.PROC", 1)
    assert (db.get("a"), db.get("a.CSTAT")) == (float("-inf"), -1)
    assert db.alarm("a") == ("INVALID", "CALC", "the result is -inf")


def test_ocal_is_computed_with_calc(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "out") { field(FTVL, "DOUBLE") field(NELM, "9") }
        record(acalcout, "a") { field(CALC, "I:=7;IX") field(DOPT, "Use OCAL") field(OCAL, "IX*10+I") field(NELM, "3")
            field(OUT, "out PP") field(OOPT, "When Non-zero") }"""
    )
    db.put("a.PROC", 1)
    assert (db.get("a.OAV"), db.get("a.OVAL"), db.get("out")) == ([7.0, 17.0, 27.0], 7.0, [])


def test_a_million_elements_are_computed_elsewhere_and_a_put_waits(serve: Serve) -> None:
    ioc = serve('record(acalcout, "a") { field(CALC, "SUM(SIN(IX)^2+COS(IX)^2)") field(NELM, "1000000") }')
    assert ioc.put("a.PROC", 1, wait=True) == "ok"
    assert ioc.get("a")["value"] == pytest.approx(1e6)
    assert len(ioc.get("a.AVAL")["value"]) == 1_000_000


@pytest.mark.parametrize(
    "expression",
    ["NDERIV(IX*3,400000)", "NSMOO(IX,3)", "FITPOLY(IX)", "AA>>0.5", "SMOO(CUM(IX)){5,9}", "CAT(IX[0,9],IX)"],
)
def test_a_million_elements_take_no_minute(serve: Serve, expression: str) -> None:
    ioc = serve(f'record(acalcout, "a") {{ field(CALC, "{expression}") field(NELM, "1000000") }}')
    assert ioc.put("a.PROC", 1, wait=True) == "ok"
    assert ioc.alarm("a")[0] == "NO_ALARM"


def test_a_loop_that_takes_long_holds_up_nobody(serve: Serve) -> None:
    ioc = serve(
        """record(acalcout, "a") { field(CALC, "J:=UNTIL(I:=I+1;AA:=NSMOO(AA+IX,20);I>999);I") field(NELM, "9000") }
        record(ai, "other") {}"""
    )
    began = time.monotonic()
    assert ioc.put("a.PROC", 1, wait=None) == "ok"
    assert ioc.put("other", 1) == "ok"
    assert ioc.read("a.CACT") == 1, "it is computed on a thread of its own"
    assert time.monotonic() - began < 5


def test_a_text_over_ca_that_is_no_number_leaves_the_elements_as_they_were(engine: StartEngine) -> None:
    db = engine(
        """record(stringout, "text") {}
        record(acalcout, "a") { field(CALC, "AA") field(NELM, "3") field(INAA, "text CA") }"""
    )
    for put in ("12.5", "abc"):
        db.put("text", put)
        db.put("a.PROC", 1)
        assert (db.get("a.AVAL"), db.alarm("a")[0]) == ([12.5, 0.0, 0.0], "NO_ALARM")


@pytest.mark.parametrize(
    ("nuse", "opened", "shown"),
    [(0, [0.0, 1.0, 2.0, 3.0], ([0.0], [0.0, 1.0, 2.0])), (1, 0.0, (0.0, 0.0))],
)
def test_a_client_keeps_the_kind_that_the_array_had_when_it_came(
    serve: Serve, nuse: int, opened: object, shown: tuple[object, object]
) -> None:
    ioc = serve(
        f'record(acalcout, "a") {{ field(CALC, "IX") field(NELM, "4") field(NUSE, "{nuse}") field(SIZE, "NUSE") }}'
    )

    def value() -> object:
        ioc.put("a.PROC", 1)
        got = ioc.get("a.AVAL")["value"]
        return got if isinstance(got, float) else list(got)

    ioc.get("a.AVAL")
    assert value() == opened
    for put, wanted in zip((1, 3), shown, strict=True):
        ioc.put("a.NUSE", put)
        assert value() == wanted
