"""epid: a control loop."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import Engine, Serve, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

LOOP = """
record(ao, "in") { field(VAL, "1") }
record(ao, "out") { field(VAL, "0.5") }
record(calc, "n") { field(CALC, "VAL+1") }
record(epid, "e") { field(INP, "in") field(OUTL, "out") field(VAL, "3") field(DRVH, "10") field(DRVL, "-10")
    field(FLNK, "n") %s }
"""


def step(db: Engine, readback: float, seconds: float = 1.0) -> tuple[Any, ...]:
    """One step of the loop after so many seconds: ERR, P, I, D, OVAL."""
    db.advance(seconds)
    db.put("in", readback)
    db.put("e.PROC", 1)
    return tuple(db.get(f"e.{field}") for field in ("ERR", "P", "I", "D", "OVAL"))


def test_p_i_and_d_of_the_error(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(KP, "2") field(KD, "0.25") field(FBON, "On")')
    step(db, 1)  # the first lasts since 1990
    db.put("e.KI", 0.5)
    assert step(db, 2) == (1.0, 2.0, 1.0, -0.5, 2.5)
    assert step(db, 2, 2.0) == (1.0, 2.0, 3.0, 0.0, 5.0)
    assert (db.get("out"), db.get("e.DT"), db.get("n")) == (5.0, 2.0, 3.0)


def test_the_output_stays_within_its_limits_and_the_integral_stops_there(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(KP, "1") field(KI, "100") field(FBON, "On")')
    assert step(db, 1)[2:] == (0.5, 0.0, 2.5)  # it begins at what out has
    assert step(db, 1)[2:] == (10.0, 0.0, 10.0)
    assert step(db, 1)[2:] == (10.0, 0.0, 10.0)
    assert step(db, 4)[2:] == (-10.0, 0.0, -10.0)


def test_without_feedback_nothing_is_written(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(KP, "2")')
    assert step(db, 1) == (2.0, 4.0, 0.0, 0.0, 4.0)
    assert db.get("out") == 0.5


def test_a_small_change_of_the_output_is_not_written(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(KP, "1") field(FBON, "On") field(ODEL, "0.5")')
    assert step(db, 1)[4] == 2.0
    assert step(db, 1.25)[4] == 2.0
    assert step(db, 0)[4] == 3.0


def test_a_step_that_comes_too_soon_changes_nothing_but_the_readback(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(KP, "1") field(MDT, "2")')
    step(db, 1)
    assert step(db, 2, 1.0)[:2] == (2.0, 2.0)
    assert db.get("e.CVAL") == 2.0
    assert step(db, 2, 1.0)[:2] == (1.0, 1.0)


def test_the_search_of_an_extreme_turns_round_when_the_readback_falls(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(FMOD, "Max/Min") field(KP, "2") field(FBON, "On")')
    outputs = [step(db, readback)[4] for readback in (1, 2, 5, -8, 4)]
    assert outputs == [0.5, -1.5, -3.5, -1.5, 0.5]


def test_the_setpoint_comes_from_stpl_in_closed_loop(engine: StartEngine) -> None:
    db = engine(
        LOOP % 'field(KP, "1") field(SMSL, "closed_loop") field(STPL, "set")' + 'record(ao, "set") { field(VAL, "6") }'
    )
    assert step(db, 1)[0] == 5.0
    assert db.get("e") == 6.0


def test_a_constant_setpoint_is_taken_at_the_start(engine: StartEngine) -> None:
    db = engine('record(epid, "e") { field(STPL, "4") }')
    assert (db.get("e"), db.get("e.UDF")) == (4.0, 0)


@pytest.mark.parametrize(
    ("inp", "alarm"),
    [
        ("", ("INVALID", "SOFT", "")),
        ("in.NAME", ("INVALID", "LINK", "field INP")),
        ("in", ("NO_ALARM", "NO_ALARM", "")),
    ],
)
def test_without_a_readback(engine: StartEngine, inp: str, alarm: tuple[str, ...]) -> None:
    db = engine(f'record(ao, "in") {{}} record(epid, "e") {{ field(INP, "{inp}") field(VAL, "1") field(UDF, "0") }}')
    db.put("e.PROC", 1)
    assert db.alarm("e") == (alarm[0], alarm[1], alarm[2] or db.text("e.AMSG"))


def test_without_a_setpoint_nothing_happens(engine: StartEngine) -> None:
    db = engine(LOOP.replace('field(VAL, "3")', "") % 'field(KP, "1")')
    db.process("e")
    assert (db.alarm("e")[:2], db.get("e.CVAL"), db.get("n")) == (("INVALID", "UDF"), 0.0, 0.0)


def test_limits_raise_alarms_of_the_setpoint(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(HIGH, "5") field(HSV, "MINOR") field(HYST, "1")')
    seen = []
    for value in (4.5, 6, 4.5, 3.5):
        db.put("e", value)
        seen.append(db.alarm("e")[:2])
    assert seen == [("NO_ALARM", "NO_ALARM"), ("MINOR", "HIGH"), ("MINOR", "HIGH"), ("NO_ALARM", "NO_ALARM")]


def test_async_soft_channel_waits_for_the_readback_that_trig_makes(engine: StartEngine) -> None:
    trigger = 'record(busy, "go") { field(HIGH, "2") field(FLNK, "measure") }'
    measure = 'record(calcout, "measure") { field(CALC, "2.5") field(OUT, "in PP") }'
    db = engine(
        LOOP % 'field(DTYP, "Async Soft Channel") field(TRIG, "go CA") field(TVAL, "1") field(KP, "1")'
        + trigger
        + measure
    )
    answer = db.begin_put("e.PROC", 1)
    db.advance(1)
    assert (db.get("e.PACT"), db.get("e.CVAL")) == (1, 0.0)
    db.advance(1)
    assert answer() is None
    assert (db.get("e.PACT"), db.get("e.CVAL"), db.get("e.ERR")) == (0, 2.5, 0.5)


def test_async_soft_channel_without_trig_reads_at_once(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(DTYP, "Async Soft Channel") field(KP, "2")')
    db.put("in", 1)
    db.put("e.PROC", 1)
    assert db.alarm("e") == ("NO_ALARM", "NO_ALARM", "")
    assert (db.get("e.CVAL"), db.get("e.P")) == (1.0, 4.0)


def test_async_soft_channel_whose_trig_cannot_be_written_says_so(engine: StartEngine) -> None:
    db = engine(LOOP % 'field(DTYP, "Async Soft Channel") field(TRIG, "in.NAME")')
    db.put("e.PROC", 1)
    assert db.alarm("e") == ("INVALID", "LINK", "field TRIG")


@pytest.mark.parametrize(
    ("field", "value", "name", "shown"),
    [
        ("PREC", 3, "e", "display.precision"),
        ("HOPR", 5.5, "e", "display.limitHigh"),
        ("HIGH", 5.5, "e", "valueAlarm.highWarningLimit"),
        ("DRVL", -5.5, "e.P", "display.limitLow"),
    ],
)
def test_what_is_put_to_limits_is_shown(serve: Serve, field: str, value: float, name: str, shown: str) -> None:
    ioc = serve('record(epid, "e") {}')
    assert ioc.get(name)[shown] == 0
    ioc.put(f"e.{field}", value)
    assert ioc.get(name)[shown] == value
