"""sub: what surrounds its function; functions themselves are test_subroutines.py's."""

from __future__ import annotations

from tests.local_ioc import StartEngine

ECHO = "def echo(record): return record.A"


def test_all_21_inputs_reach_the_function(engine: StartEngine) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTU"
    fields = " ".join(f'field(INP{x}, "{n}")' for n, x in enumerate(letters))
    db = engine(
        f'record(sub, "s") {{ field(SNAM, "total") {fields} }}',
        f"def total(record): return sum(getattr(record, x) for x in '{letters}')",
    )
    db.put("s.PROC", 1)
    assert (db.get("s"), db.get("s.LU")) == (210.0, 20.0)


def test_a_missing_input_is_a_link_alarm_and_the_function_does_not_run(engine: StartEngine) -> None:
    db = engine('record(sub, "s") { field(SNAM, "f") field(INPA, "nowhere") }', "def f(record): return 5")
    db.put("s.PROC", 1)
    assert (db.get("s"), db.alarm("s")[:2]) == (0.0, ("INVALID", "LINK"))


def test_limits_have_hysteresis(engine: StartEngine) -> None:
    db = engine(
        'record(sub, "s") { field(SNAM, "echo") field(HIGH, "5") field(HSV, "MINOR") field(LOLO, "-5")'
        ' field(LLSV, "MAJOR") field(HYST, "1") }',
        ECHO,
    )
    seen = []
    for value in (4, 5, 4, 3.9, -5, -4, -3.9):
        db.put("s.A", value)
        seen.append(db.alarm("s")[1])
    assert seen == ["NO_ALARM", "HIGH", "HIGH", "NO_ALARM", "LOLO", "LOLO", "NO_ALARM"]


def test_mdel_and_adel_say_what_is_posted(engine: StartEngine) -> None:
    db = engine('record(sub, "s") { field(SNAM, "echo") field(MDEL, "2") field(ADEL, "4") }', ECHO)
    db.put("s.A", 0)
    watch = db.watch("s")
    for value in (2, 2.5, 4.5, 5):
        db.put("s.A", value)
    assert [mask for field, mask in watch.changes if field is None] == [0, 1, 2, 1]


def test_not_a_number_is_undefined(engine: StartEngine) -> None:
    db = engine('record(sub, "s") { field(SNAM, "echo") }', ECHO)
    db.put("s.A", float("nan"))
    assert (db.get("s.UDF"), db.alarm("s")[:2]) == (1, ("INVALID", "UDF"))
    db.put("s.A", 1)
    assert (db.get("s.UDF"), db.alarm("s")[:2]) == (0, ("NO_ALARM", "NO_ALARM"))


def test_what_no_number_can_be_made_of_is_an_alarm_and_leaves_val(engine: StartEngine) -> None:
    db = engine('record(sub, "s") { field(SNAM, "f") }', "def f(record): return 1.5 if record.A else [1, 2]")
    db.put("s.A", 1)
    db.put("s.A", 0)
    assert (db.get("s"), db.alarm("s")[:2]) == (1.5, ("INVALID", "CALC"))


def test_an_empty_snam_keeps_it_from_processing_until_one_is_put(engine: StartEngine) -> None:
    db = engine('record(sub, "s") { }', ECHO)
    assert db.get("s.PACT") == 1
    assert db.put("s.SNAM", "echo", wait=False) == "ok"
    db.put("s.A", 3)
    assert (db.get("s.PACT"), db.get("s")) == (0, 3.0)


def test_the_forward_link_comes_after_the_function(engine: StartEngine) -> None:
    db = engine(
        'record(sub, "s") { field(SNAM, "echo") field(FLNK, "n") }'
        'record(calc, "n") { field(INPA, "s") field(CALC, "A*10") }',
        ECHO,
    )
    assert db.put("s.A", 4) == "ok"
    assert db.get("n") == 40.0
