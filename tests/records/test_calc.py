"""calc: an expression over A to U."""

from __future__ import annotations

from math import inf, nan, pi

import pytest

from tests.local_ioc import StartEngine


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("A+B*C", 14.0),
        ("(A+B)*C", 20.0),
        ("A-B-C", -5.0),
        ("B**B**A", 729.0),  # from the left
        ("B^A", 9.0),
        ("-A**2", 4.0),  # the sign binds closer
        ("A>B?10:C?20:30", 20.0),
        ("A<B&&C", 1.0),
        ("A=2||0", 1.0),
        ("A#B", 1.0),
        ("!A", 0.0),
        ("7%4", 3.0),
        ("-7%4", -3.0),
        ("7.9%4.9", 3.0),  # of whole numbers
        ("A/0", inf),
        ("0/0", nan),
        ("ISNAN(0/0)", 1.0),
        ("12&10", 8.0),
        ("12|3", 15.0),
        ("12 XOR 10", 6.0),
        ("~0", -1.0),
        ("1<<4", 16.0),
        ("-16>>2", -4.0),
        ("-16>>>28", 15.0),
        ("0x10+1", 17.0),
        ("1e3", 1000.0),
        ("MAX(A,B,C)+MIN(A,B,C)", 6.0),
        ("NINT(2.5)+NINT(-2.5)", 0.0),
        ("FLOOR(-1.5)+CEIL(-1.5)", -3.0),
        ("ABS(-3)+SQR(16)", 7.0),
        ("LOG(1000)+LN(1)+EXP(0)", 4.0),
        ("ATAN2(1,0)", 0.0),
        ("PI", pi),
        ("180*D2R", pi),
        ("D:=A+B;D*D", 25.0),
        ("U", 21.0),
    ],
)
def test_expressions(engine: StartEngine, expression: str, value: float) -> None:
    db = engine(
        f'record(calc, "c") {{ field(CALC, "{expression}") field(A, "2") field(B, "3") field(C, "4") field(U, "21") }}'
    )
    db.process("c")
    assert db.get("c") == pytest.approx(value, nan_ok=True)


def test_an_assignment_changes_its_field(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "A:=A+1;A*10") }')
    for _ in range(3):
        db.process("c")
    assert (db.get("c"), db.get("c.A")) == (30.0, 3.0)


def test_val_is_the_former_result(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "VAL+1") }')
    for _ in range(3):
        db.process("c")
    assert db.get("c") == 3.0


def test_inputs_come_from_constants_links_and_puts(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") { field(VAL, "5") } record(stringin, "s") { field(VAL, " 0x10") }'
        'record(calc, "c") { field(CALC, "A+B+C+D") field(INPA, "1") field(INPB, "in") field(INPC, "s") }'
    )
    db.put("c.D", 100)
    assert [db.get(f"c.{x}") for x in ("A", "B", "C", "VAL")] == [1.0, 5.0, 16.0, 122.0]
    db.put("in", 6)
    db.put("c.A", 2)
    assert (db.get("c"), db.get("c.LA"), db.get("c.LB")) == (124.0, 2.0, 6.0)


def test_a_put_to_an_input_processes(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "A*2") }')
    db.put("c.A", 4)
    assert db.get("c") == 8.0


def test_a_missing_input_is_a_link_alarm_and_leaves_val(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "A+1") field(INPA, "nowhere") field(VAL, "3") field(UDF, "0") }')
    db.process("c")
    assert (db.get("c"), db.alarm("c")[:2]) == (3.0, ("INVALID", "LINK"))


def test_ms_takes_over_the_severity_of_an_input(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") { field(HIGH, "5") field(HSV, "MAJOR") }'
        'record(calc, "ms") { field(CALC, "A") field(INPA, "in MS") }'
        'record(calc, "mss") { field(CALC, "A") field(INPA, "in MSS") }'
        'record(calc, "nms") { field(CALC, "A") field(INPA, "in") }'
    )
    db.put("in", 7)
    for name in ("ms", "mss", "nms"):
        db.process(name)
    assert db.alarm("ms")[:2] == ("MAJOR", "LINK")
    assert db.alarm("mss")[:2] == ("MAJOR", "HIGH")
    assert db.alarm("nms")[:2] == ("NO_ALARM", "NO_ALARM")


def test_a_bad_expression_put_while_running_is_an_alarm_until_it_is_mended(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "A+1") }')
    db.put("c.CALC", "A+(", wait=False)  # EPICS lets a put that waits wait for ever
    db.process("c")
    assert db.alarm("c")[:2] == ("INVALID", "CALC")
    db.put("c.CALC", "A+2")
    db.process("c")
    assert (db.get("c"), db.alarm("c")[:2]) == (2.0, ("NO_ALARM", "NO_ALARM"))


def test_a_result_that_is_no_number_is_undefined(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "A?1:NAN") }')
    db.process("c")
    assert (db.get("c.UDF"), db.alarm("c")[:2]) == (1, ("INVALID", "UDF"))
    db.put("c.A", 1)
    assert (db.get("c.UDF"), db.alarm("c")[:2]) == (0, ("NO_ALARM", "NO_ALARM"))


def test_limits_and_hysteresis(engine: StartEngine) -> None:
    db = engine(
        'record(calc, "c") { field(CALC, "A") field(HIGH, "5") field(HSV, "MINOR") field(HIHI, "10")'
        ' field(HHSV, "MAJOR") field(HYST, "2") }'
    )
    seen = []
    for value in (5, 3.5, 10, 8, 7.9, 2.9):
        db.put("c.A", value)
        seen.append(db.alarm("c")[1])
    assert seen == ["HIGH", "HIGH", "HIHI", "HIHI", "HIGH", "NO_ALARM"]


def test_mdel_says_what_is_posted(engine: StartEngine) -> None:
    db = engine('record(calc, "c") { field(CALC, "A") field(MDEL, "2") field(ADEL, "4") }')
    db.put("c.A", 0)
    watch = db.watch("c")
    for value in (2, 2.5, 4.5, 5):
        db.put("c.A", value)
    assert [mask for field, mask in watch.changes if field is None] == [0, 1, 2, 1]
