"""ai: raw values to engineering units, smoothing, limits, deadbands, simulation."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

RAW = 'record(longin, "raw") {{}} record(ai, "a") {{ field(DTYP, "Raw Soft Channel") field(INP, "raw") {} }}'


@pytest.mark.parametrize(
    ("fields", "raw", "value"),
    [
        ("", 7, 7.0),
        ('field(ROFF, "10")', 7, 17.0),
        ('field(ASLO, "2") field(AOFF, "1")', 7, 15.0),
        ('field(ASLO, "0") field(AOFF, "1")', 7, 8.0),  # no slope is none
        ('field(ROFF, "1") field(ASLO, "2") field(AOFF, "3")', 7, 19.0),
        ('field(LINR, "SLOPE") field(ESLO, "0.5") field(EOFF, "-1")', 8, 3.0),
        ('field(LINR, "SLOPE") field(ESLO, "0.5") field(EGUL, "-1")', 8, 4.0),
        ('field(LINR, "LINEAR") field(EGUL, "-1")', 8, 7.0),  # ESLO 1, EOFF 0: EOFF is EGUL
        ('field(LINR, "LINEAR") field(ESLO, "2") field(EGUL, "-1")', 8, 16.0),
        ('field(ROFF, "2") field(ASLO, "3") field(AOFF, "1") field(LINR, "SLOPE") field(ESLO, "0.5")', 8, 15.5),
    ],
)
def test_a_raw_value_is_converted(engine: StartEngine, fields: str, raw: int, value: float) -> None:
    db = engine(RAW.format(fields))
    db.put("raw", raw)
    db.process("a")
    assert (db.get("a.RVAL"), db.get("a")) == (raw, value)


@pytest.mark.parametrize(
    ("raw", "value", "alarm"),
    [(50, 5.0, "NO_ALARM"), (150, 20.0, "NO_ALARM"), (250, 40.0, "SOFT"), (-10, -1.0, "SOFT")],
)
def test_a_breakpoint_table_converts_and_its_ends_are_an_alarm(
    engine: StartEngine, raw: int, value: float, alarm: str
) -> None:
    db = engine("breaktable(typeKdegC) { 0 0 100 10 200 30 }" + RAW.format('field(LINR, "typeKdegC")'))
    db.put("raw", raw)
    db.process("a")
    assert (db.get("a"), db.alarm("a")[1]) == (value, alarm)


def test_smoo_keeps_its_share_of_the_last_value_and_the_first_is_whole(engine: StartEngine) -> None:
    db = engine(RAW.format('field(SMOO, "0.75")'))
    seen = []
    for raw in (100, 0, 0, 100):
        db.put("raw", raw)
        db.process("a")
        seen.append(db.get("a"))
    assert seen == [100.0, 75.0, 56.25, 67.1875]


def test_smoothing_begins_anew_when_the_conversion_changes(engine: StartEngine) -> None:
    db = engine(RAW.format('field(SMOO, "0.5")'))
    db.put("raw", 100)
    db.process("a")
    db.put("raw", 0)
    db.put("a.LINR", 1)
    db.process("a")
    assert db.get("a") == 0.0


def test_a_soft_channel_is_smoothed_but_not_converted(engine: StartEngine) -> None:
    db = engine('record(ao, "in") {} record(ai, "a") { field(INP, "in") field(ASLO, "9") field(SMOO, "0.5") }')
    seen = []
    for value in (8, 0):
        db.put("in", value)
        db.process("a")
        seen.append(db.get("a"))
    assert seen == [8.0, 4.0]


LIMITS = (
    'record(ai, "a") { field(HIHI, "10") field(HHSV, "MAJOR") field(HIGH, "5") field(HSV, "MINOR")'
    ' field(LOW, "-5") field(LSV, "MINOR") field(LOLO, "-10") field(LLSV, "INVALID") field(HYST, "1") }'
)


def test_limits_have_hysteresis(engine: StartEngine) -> None:
    db = engine(LIMITS)
    seen = []
    for value in (0, 5, 4.5, 3.9, 10, 9, 8.9, -5, -4.5, -3.9, -10, -9.5, -8.9):
        db.put("a", value)
        seen.append(db.alarm("a")[:2])
    normal, high, low = ("NO_ALARM", "NO_ALARM"), ("MINOR", "HIGH"), ("MINOR", "LOW")
    hihi, lolo = ("MAJOR", "HIHI"), ("INVALID", "LOLO")
    assert seen == [normal, high, high, normal, hihi, hihi, high, low, low, normal, lolo, lolo, low]


def test_a_limit_without_severity_does_not_alarm(engine: StartEngine) -> None:
    db = engine('record(ai, "a") { field(HIGH, "5") field(HIHI, "5") }')
    db.put("a", 7)
    assert db.alarm("a")[:2] == ("NO_ALARM", "NO_ALARM")


def test_mdel_and_adel_say_what_is_posted(engine: StartEngine) -> None:
    db = engine('record(ai, "a") { field(MDEL, "2") field(ADEL, "4") }')
    db.put("a", 0)
    watch = db.watch("a")
    for value in (1, 2, 2.5, 4.5, 4.6, 5):
        db.put("a", value)
    assert [mask for field, mask in watch.changes if field is None] == [0, 0, 1, 2, 1, 0]


def test_a_negative_deadband_posts_always(engine: StartEngine) -> None:
    db = engine('record(ai, "a") { field(MDEL, "-1") field(ADEL, "0") }')
    db.put("a", 3)
    watch = db.watch("a")
    db.put("a", 3)
    assert [mask for field, mask in watch.changes if field is None] == [1]


def test_not_a_number_is_undefined(engine: StartEngine) -> None:
    db = engine('record(ai, "a") {}')
    assert db.alarm("a")[:2] == ("INVALID", "UDF")
    db.put("a", 3)
    assert db.alarm("a")[:2] == ("NO_ALARM", "NO_ALARM")
    db.put("a", float("nan"))
    assert db.alarm("a")[:2] == ("INVALID", "UDF")


def test_a_source_that_is_missing_is_a_link_alarm_and_leaves_val(engine: StartEngine) -> None:
    db = engine('record(ai, "a") { field(INP, "nowhere") field(VAL, "3") }')
    db.process("a")
    assert (db.get("a"), db.alarm("a")[:2]) == (3.0, ("INVALID", "LINK"))


@pytest.mark.parametrize(("mode", "value", "raw"), [("YES", 2.6, 7), ("RAW", 5.0, 2)])
def test_simulation_reads_siol_and_raw_is_converted(engine: StartEngine, mode: str, value: float, raw: int) -> None:
    db = engine(
        'record(ao, "sim") { field(VAL, "2.6") }'
        f'record(ai, "a") {{ field(DTYP, "Raw Soft Channel") field(INP, "7") field(AOFF, "3")'
        f' field(SIMM, "{mode}") field(SIOL, "sim") field(SIMS, "MINOR") }}'
    )
    db.process("a")
    assert (db.get("a"), db.get("a.RVAL"), db.alarm("a")[:2]) == (value, raw, ("MINOR", "SIMM"))


def test_sim_delay_makes_the_record_wait(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "sim") { field(VAL, "2.5") }'
        'record(ai, "a") { field(SIMM, "YES") field(SIOL, "sim") field(SDLY, "3") }'
    )
    answer = db.begin_put("a.PROC", 1)
    db.advance(2.9)
    assert (db.get("a.PACT"), db.get("a")) == (1, 0.0)
    db.advance(0.1)
    assert answer() is None
    assert (db.get("a.PACT"), db.get("a")) == (0, 2.5)


def test_aftc_holds_an_alarm_back_until_it_lasts(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") {} record(ai, "a") { field(INP, "in") field(SCAN, "1 second") field(AFTC, "3")'
        ' field(HIGH, "5") field(HSV, "MINOR") }'
    )
    db.advance(5)
    db.put("in", 9)
    db.advance(1)
    assert (db.get("a"), db.alarm("a")[:2]) == (9.0, ("NO_ALARM", "NO_ALARM"))
    db.advance(10)
    assert db.alarm("a")[:2] == ("MINOR", "HIGH")
