"""swait: an expression over PVs that are given by name."""

from __future__ import annotations

import pytest

from tests.local_ioc import Serve, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "a") { field(VAL, "1") } record(ao, "b") { field(VAL, "2") } record(ao, "out") { field(VAL, "-1") }
record(calc, "n") { field(CALC, "VAL+1") }
record(swait, "w") { field(FLNK, "n") %s }
"""


@pytest.mark.parametrize(
    ("calc", "value"), [("A+B", 3.0), ("C:=A+1;C*2", 4.0), ("A>B?A:B", 2.0), ("VAL+1", 1.0), ("M", 0.0)]
)
def test_an_expression_over_named_pvs(engine: StartEngine, calc: str, value: float) -> None:
    db = engine(DB % f'field(CALC, "{calc}") field(INAN, "a") field(INBN, "b.VAL")')
    assert db.put("w.PROC", 1) == "ok"
    assert (db.get("w"), db.get("w.UDF"), db.alarm("w")[0], db.get("n")) == (value, 0, "NO_ALARM", 1.0)


def test_the_forward_link_waits_until_what_outn_set_off_has_completed(engine: StartEngine) -> None:
    db = engine('record(busy, "busy") { field(HIGH, "0.5") }' + DB % 'field(CALC, "1") field(OUTN, "busy")')
    answer = db.begin_put("w.PROC", 1)
    db.advance(0.4)
    assert (db.get("busy"), db.get("w.PACT"), db.get("w"), db.get("n")) == (1, 0, 1.0, 0.0)
    db.advance(0.1)
    assert answer() is None
    assert (db.get("busy"), db.get("n")) == (0, 1.0)


def test_odly_delays_the_output(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "5") field(OUTN, "out") field(ODLY, "0.5")')
    answer = db.begin_put("w.PROC", 1)
    db.advance(0.4)
    assert (db.get("w"), db.get("w.PACT"), db.get("out")) == (5.0, 1, -1.0)
    db.advance(0.1)
    assert answer() is None
    assert (db.get("w.PACT"), db.get("out"), db.get("n")) == (0, 5.0, 1.0)


def test_use_dol_writes_what_doln_has(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "5") field(OUTN, "out") field(DOPT, "Use DOL") field(DOLN, "b") field(DOLD, "9")')
    db.put("w.PROC", 1)
    assert (db.get("out"), db.get("w.DOLD")) == (2.0, 2.0)
    db.put("w.DOLN", " ")
    db.put("w.DOLD", 7)
    db.put("w.PROC", 1)
    assert (db.get("out"), db.text("w.DOLV"), db.get("w.DOLN")) == (7.0, "No PV", "")


def test_a_name_that_is_put_is_looked_up(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A")')
    seen = [db.text("w.INAV")]
    for name in ("a", "nowhere", "b.NOFIELD", "b"):
        assert db.put("w.INAN", name) == "ok"
        db.put("w.PROC", 1)
        seen.append((db.text("w.INAV"), db.get("w"), db.alarm("w")[:2]))  # type: ignore[arg-type]
    bad = ("PV BAD", 1.0, ("INVALID", "READ"))
    assert seen == [
        "No PV",
        ("PV OK", 1.0, ("NO_ALARM", "NO_ALARM")),
        bad,
        bad,
        ("PV OK", 2.0, ("NO_ALARM", "NO_ALARM")),
    ]


def test_what_is_no_number_cannot_be_read(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A") field(INAN, "a.NAME")')
    db.put("w.PROC", 1)
    assert db.alarm("w") == ("INVALID", "READ", "")
    assert db.get("n") == 1.0


def test_an_expression_that_does_not_compile_is_shown_by_clcv(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A+")')
    db.put("w.PROC", 1)
    assert (db.get("w.CLCV"), db.alarm("w")[:2]) == (-1, ("INVALID", "CALC"))
    assert db.put("w.CALC", "A+1") == "ok"
    db.put("w.A", 1)
    assert (db.get("w.CLCV"), db.get("w"), db.alarm("w")[0]) == (0, 2.0, "NO_ALARM")
    assert db.put("w.CALC", "A" + "+1" * 30) == "ok"  # 36 bytes, with the end
    assert (db.get("w.CALC"), db.get("w.CLCV")) == (("A" + "+1" * 30)[:35], 0)


def test_dividing_by_zero_is_infinite(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A/0") field(A, "1")')
    db.put("w.PROC", 1)
    assert (db.get("w"), db.alarm("w")[0]) == (float("inf"), "NO_ALARM")


def test_in_simulation_the_value_comes_from_siol(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "5") field(SIMM, "YES") field(SIOL, "b") field(SIMS, "MINOR")')
    db.put("w.PROC", 1)
    assert (db.get("w"), db.get("w.SVAL"), db.alarm("w")[:2]) == (2.0, 2.0, ("MINOR", "SIMM"))


def test_with_io_intr_each_change_of_an_input_processes_once(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A+B") field(SCAN, "I/O Intr") field(INAN, "a") field(INBN, "b") field(INBP, "No")')
    db.advance(0)
    assert (db.get("w"), db.get("n")) == (3.0, 1.0)  # what a has at the start
    db.put("b", 10)
    db.advance(0)
    assert db.get("n") == 1.0
    db.put("a", 5)
    db.advance(0)
    assert (db.get("w"), db.get("n")) == (15.0, 2.0)


def test_a_change_during_the_delay_is_processed_after_it(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A") field(SCAN, "I/O Intr") field(INAN, "a") field(ODLY, "1") field(OUTN, "out")')
    db.advance(1)
    assert db.get("out") == 1.0
    db.put("a", 5)
    db.advance(0.5)
    db.put("a", 6)
    db.advance(0.5)
    assert db.get("out") == 5.0
    db.advance(1)
    assert db.get("out") == 6.0


def test_without_io_intr_a_change_of_an_input_does_nothing(engine: StartEngine) -> None:
    db = engine(DB % 'field(CALC, "A") field(INAN, "a")')
    db.put("a", 5)
    db.advance(0)
    assert (db.get("n"), db.get("w.A")) == (0.0, 0.0)
    db.put("w.SCAN", "I/O Intr")
    db.put("a", 6)
    db.advance(0)
    assert (db.get("n"), db.get("w")) == (1.0, 6.0)


def test_two_that_write_to_each_other_let_others_have_their_turn(engine: StartEngine) -> None:
    db = engine(
        'record(swait, "x") { field(CALC, "A+1") field(OUTN, "y.A") } record(ao, "other") {}'
        'record(swait, "y") { field(CALC, "A+1") field(OUTN, "x.A") field(OOPT, "When Non-zero") }'
    )
    db.put("x.PROC", 1, wait=False)
    assert db.put("other", 3) == "ok"
    db.until("x.A", lambda value: value > 20)
    assert db.put("y.OOPT", "Never", wait=False) == "ok"


def test_oevt_is_posted_with_the_output(engine: StartEngine) -> None:
    event = 'record(calc, "seen") { field(CALC, "VAL+1") field(SCAN, "Event") field(EVNT, "7") }'
    db = engine(event + DB % 'field(CALC, "1") field(OEVT, "7")')
    db.put("w.PROC", 1)
    db.advance(0)
    assert db.get("seen") == 1.0


@pytest.mark.parametrize(
    ("name", "state"), [("text", ("INVALID", "LINK", "field SIML")), ("mode", ("NO_ALARM", "NO_ALARM", ""))]
)
def test_a_text_at_the_end_of_siml_is_no_mode(engine: StartEngine, name: str, state: tuple[str, str, str]) -> None:
    db = engine(f"""record(stringin, "text") {{ field(VAL, "1") }} record(bi, "mode") {{ field(VAL, "1") }}
    record(swait, "s") {{ field(CALC, "5") field(SIML, "{name}") field(SIOL, "7") field(SVAL, "7") }}""")
    db.put("s.PROC", 1)
    assert (db.alarm("s"), db.get("s")) == (state, 7.0 if name == "mode" else 5.0)


@pytest.mark.parametrize(
    ("field", "value", "shown"), [("PREC", 3, "precision"), ("HOPR", 5.5, "limitHigh"), ("LOPR", -5.5, "limitLow")]
)
def test_what_is_put_to_the_display_of_val_is_shown(serve: Serve, field: str, value: float, shown: str) -> None:
    ioc = serve('record(swait, "w") {}')
    assert ioc.get("w")[f"display.{shown}"] == 0
    ioc.put(f"w.{field}", value)
    assert ioc.get("w")[f"display.{shown}"] == value


@pytest.mark.parametrize("scan", ["Passive", "I/O Intr"])
def test_text_that_is_no_number_leaves_what_was_there(engine: StartEngine, scan: str) -> None:
    db = engine(
        f"""record(stringout, "text") {{}}
        record(swait, "w") {{ field(CALC, "A+1") field(INAN, "text") field(INAP, "No") field(SCAN, "{scan}") }}"""
    )
    for put, value in (("4.5", 5.5), ("x", 5.5), ("7 mm", 8.0)):
        db.put("text", put)
        db.put("w.PROC", 1)
        assert (db.get("w"), db.alarm("w")[0]) == (value, "NO_ALARM")


def test_an_empty_array_is_0(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "array") { field(FTVL, "DOUBLE") field(NELM, "3") }
        record(swait, "w") { field(CALC, "A+1") field(INAN, "array") }"""
    )
    for put, value in (([], 1.0), ([5.0, 6.0], 6.0), ([], 1.0)):
        db.put("array", put)
        db.put("w.PROC", 1)
        assert (db.get("w"), db.alarm("w")[0]) == (value, "NO_ALARM")
