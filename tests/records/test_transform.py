"""transform: sixteen variables, each with an input, an expression and an output."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


def test_each_expression_sees_what_the_ones_before_it_have_computed(engine: StartEngine) -> None:
    chain = "".join(
        f' field(CLC{x}, "{before}+1")' for before, x in zip("ABCDEFGHIJKLMNO", "BCDEFGHIJKLMNOP", strict=True)
    )
    db = engine(f'record(transform, "t") {{ {chain} }}')
    db.put("t.A", 5)
    assert [db.get(f"t.{x}") for x in "ABP"] == [5.0, 6.0, 20.0]


def test_a_variable_that_is_put_keeps_its_value_once(engine: StartEngine) -> None:
    db = engine('record(transform, "t") { field(CLCA, "B*2") field(CLCB, "A+1") }')
    db.put("t.A", 10)
    assert (db.get("t.A"), db.get("t.B")) == (10.0, 11.0)
    db.put("t.PROC", 1)
    assert (db.get("t.A"), db.get("t.B")) == (22.0, 23.0)


def test_copt_always_computes_what_was_put_as_well(engine: StartEngine) -> None:
    db = engine('record(transform, "t") { field(CLCA, "7") field(COPT, "Always") }')
    db.put("t.A", 10)
    assert db.get("t.A") == 7.0


def test_inputs_and_outputs(engine: StartEngine) -> None:
    db = engine(
        """record(ai, "in") { field(VAL, "3") }
        record(ao, "out") {}
        record(calc, "next") { field(CALC, "VAL+1") }
        record(transform, "t") { field(INPA, "in") field(CLCB, "A*A") field(OUTB, "out PP") field(FLNK, "next") }"""
    )
    db.put("t.PROC", 1)
    assert (db.get("out"), db.get("next")) == (9.0, 1.0)
    assert [db.text(f"t.{x}") for x in ("IAV", "OBV", "IBV")] == ["Local PV", "Local PV", "Constant"]
    assert db.put("t.A", 5) == "t.A: this variable has its value from INPA"


@pytest.mark.parametrize(("ivla", "computed"), [("Ignore error", (0.0, 1.0, 1.0)), ("Do Nothing", (0.0, 0.0, 0.0))])
def test_ivla_decides_what_an_invalid_input_stops(
    engine: StartEngine, ivla: str, computed: tuple[float, float, float]
) -> None:
    db = engine(
        f"""record(calc, "next") {{ field(CALC, "VAL+1") }}
        record(transform, "t") {{ field(INPA, "nowhere") field(CLCB, "A+1") field(IVLA, "{ivla}")
            field(FLNK, "next") }}"""
    )
    assert db.put("t.PROC", 1) == "ok"
    assert (db.get("t.A"), db.get("t.B"), db.get("next")) == computed
    assert db.alarm("t") == ("INVALID", "LINK", "field INPA")


def test_an_expression_that_fails_leaves_its_variable_and_is_an_alarm(engine: StartEngine) -> None:
    db = engine('record(transform, "t") { field(CLCB, "1/A") field(B, "4") field(CLCC, "A+1") }')
    db.put("t.PROC", 1)
    assert (db.get("t.B"), db.get("t.C"), db.get("t.UDF")) == (4.0, 1.0, 1)
    assert db.alarm("t") == ("INVALID", "CALC", "a division by zero")


def test_loops_of_all_expressions_together_are_ended_in_time(
    engine: StartEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydevpva.records.transform.LOOPING", 0.01)  # no machine is done in that time
    sum_ = "+".join("ABCDEFGHIJKLMNOP" * 3)
    loops = "".join(f' field(CLC{x}, "P:=UNTIL(({sum_})*0);P")' for x in "ABCDEFGHIJKLMNOP")
    db = engine(f'record(transform, "t") {{ {loops} }}')
    db.put("t.PROC", 1)
    assert db.alarm("t") == ("INVALID", "CALC", "it loops for too long")


def test_comments_give_variables_names(engine: StartEngine) -> None:
    db = engine(
        """record(transform, "t") { field(CMTA, "$x the position") field(CMTB, "$xoff") field(CMTC, "plain")
            field(INPA, "2") field(INPB, "30") field(CLCD, "$X+$xoff") field(CLCE, "$y") }"""
    )
    db.put("t.PROC", 1)
    assert (db.get("t.D"), db.get("t.CDV"), db.get("t.CEV")) == (32.0, 0, -1)
    db.put("t.CMTF", "$y")
    db.put("t.CLCE", "$y+1")
    assert db.get("t.CEV") == 0


def test_texts_are_for_the_way_between(engine: StartEngine) -> None:
    db = engine("""record(transform, "t") { field(CLCB, "LEN(PRINTF('%d',A))+LEN(AA)+LEN(SVAL)") }""")
    db.put("t.A", 1234)
    assert db.get("t.B") == 4.0


def test_a_change_of_one_variable_processes_what_watches_it(engine: StartEngine) -> None:
    db = engine(
        """record(transform, "t") { field(CLCB, "A*2") }
        record(calc, "seen") { field(INPA, "t.B CP") field(CALC, "A") }"""
    )
    db.put("t.A", 4)
    db.advance(0)
    assert db.get("seen") == 8.0
