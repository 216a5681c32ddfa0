"""DTYP Soft Channel of motor: what moves is behind OUT, and RDBL, RINP and DINP tell of it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.local_ioc import Engine, StartEngine

# A stage that goes nowhere by itself: a test says where it is (at) and whether it stands (done)
STAGE = """
record(ao, "go") { field(FLNK, "went") }
record(calc, "went") { field(CALC, "VAL+1") }
record(ao, "at") {}
record(bo, "done") { field(VAL, "1") field(PINI, "YES") }
record(calc, "halt") { field(CALC, "VAL+A") }
record(motor, "m") { field(OUT, "go PP") field(RDBL, "at") field(URIP, "Yes") field(RRES, "1") field(MRES, "0.01")
    field(VELO, "1") field(STOO, "halt.A PP") %s }
"""
WITH_DONE = 'field(DINP, "done") field(RTRY, "0") '


def fields(db: Engine, names: str) -> tuple[Any, ...]:
    return tuple(db.get(f"m.{name}") for name in names.split())


def at(db: Engine, position: float, done: int | None = None) -> None:
    """The stage is there, and stands or not."""
    if done is not None and not done:
        db.put("done", 0)
    db.put("at", position)
    if done:
        db.put("done", 1)
    db.advance(0)


def stage(engine: StartEngine, more: str = WITH_DONE, others: str = "") -> Engine:
    """The stage is at 0, and the motor knows it."""
    db = engine(STAGE % more + others)
    at(db, 0)
    return db


# ---- a move ----


def test_a_move_is_over_when_dinp_says_that_it_stands(engine: StartEngine) -> None:
    db = stage(engine)
    answer = db.begin_put("m", 3)
    at(db, 1, done=0)
    assert fields(db, "DMOV MOVN MSTA RBV VAL") == (0, 1, 0, 1.0, 3.0)
    at(db, 3, done=1)
    assert answer() is None
    assert fields(db, "DMOV MOVN MSTA RBV VAL") == (1, 0, 2, 3.0, 3.0)
    assert (db.get("go"), db.get("went")) == (3.0, 1.0)


def test_without_dinp_each_value_of_rdbl_is_where_it_stands(engine: StartEngine) -> None:
    db = stage(engine, 'field(RTRY, "0")')
    answer = db.begin_put("m", 3)
    db.advance(10)
    assert fields(db, "DMOV") == (0,)
    at(db, 2)
    assert answer() is None
    assert fields(db, "VAL RBV DIFF DMOV") == (3.0, 2.0, 1.0, 1)


def test_a_new_target_is_moved_to_when_it_stands(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(NTM, "NO")')
    db.begin_put("m", 3)
    at(db, 1, done=0)
    db.put("m", 5, wait=False)
    assert db.get("went") == 1.0
    at(db, 3, done=1)
    assert (db.get("went"), db.get("go")) == (2.0, 5.0)
    assert fields(db, "DMOV VAL") == (0, 5.0)


def test_with_ntm_it_is_stopped_when_the_new_target_lies_behind_it(engine: StartEngine) -> None:
    db = stage(engine)
    db.begin_put("m", 3)
    at(db, 1, done=0)
    db.put("m", -3, wait=False)
    at(db, 1.5)
    assert (db.get("halt"), db.get("went")) == (1.0, 1.0)
    at(db, 1.5, done=1)
    assert (db.get("went"), db.get("go")) == (2.0, -3.0)


def test_rinp_tells_the_steps(engine: StartEngine) -> None:
    db = engine(
        'record(longout, "steps") {} record(ao, "go") {}'
        'record(motor, "m") { field(OUT, "go") field(RINP, "steps") field(MRES, "0.5") field(RTRY, "0") }'
    )
    db.put("m", 4, wait=False)
    db.put("steps", 8)
    db.advance(0)
    assert fields(db, "RMP RRBV RBV DMOV") == (8, 8, 4.0, 1)


def test_rlnk_is_given_the_readback(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(RLNK, "shown PP") field(OFF, "1")', 'record(ao, "shown") {}')
    at(db, 2)
    assert db.get("shown") == 3.0


# ---- where it begins ----


def test_val_begins_where_a_valid_rdbl_is(engine: StartEngine) -> None:
    db = engine(STAGE.replace('"at") {', '"at") { field(PINI, "YES") field(VAL, "7")') % WITH_DONE)
    db.advance(0)
    assert fields(db, "VAL DVAL RBV DMOV") == (7.0, 7.0, 7.0, 1)
    db.begin_put("m", 9)
    at(db, 8, done=0)
    assert fields(db, "VAL DMOV") == (9.0, 0)


def test_the_first_value_of_rdbl_becomes_val_and_others_do_not(engine: StartEngine) -> None:
    db = engine(STAGE % WITH_DONE)
    at(db, 4)
    assert fields(db, "VAL RBV") == (4.0, 4.0)
    at(db, 5)
    assert fields(db, "VAL RBV") == (4.0, 5.0)


# ---- others move it ----


def test_what_others_move_is_followed(engine: StartEngine) -> None:
    db = stage(engine)
    at(db, 2, done=0)
    assert fields(db, "DMOV MOVN") == (0, 1)
    at(db, 4, done=1)
    assert fields(db, "DMOV VAL RBV") == (1, 4.0, 4.0)
    assert db.get("went") == 0.0


def test_with_lock_it_is_not(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(LOCK, "YES")')
    at(db, 2, done=0)
    at(db, 4, done=1)
    assert fields(db, "DMOV VAL RBV") == (1, 0.0, 4.0)


# ---- retries and backlash ----


@pytest.mark.parametrize(("tries", "after"), [(0, (0, 0, 1.0)), (2, (3, 1, 3.0))])
def test_a_move_that_ends_too_far_away_is_tried_again(
    engine: StartEngine, tries: int, after: tuple[int, int, float]
) -> None:
    db = stage(engine, f'field(RTRY, "{tries}") field(RDBD, "0.1")')
    answer = db.begin_put("m", 3)
    for position in (2.5, 2.6, 2.7)[: tries + 1]:
        assert fields(db, "DMOV") == (0,)
        at(db, position)
    assert answer() is None
    assert (*fields(db, "RCNT MISS"), db.get("went")) == after


def test_the_most_tries_that_there_can_be_come_to_an_end(engine: StartEngine) -> None:
    db = stage(engine, 'field(RTRY, "32767")')
    answer = db.begin_put("m", 3)
    at(db, 1)
    db.call(setattr, db.record("m"), "RCNT", 32767)
    at(db, 2)
    assert answer() is None
    assert (fields(db, "RCNT MISS DMOV"), db.text("m.RCNT")) == ((32767, 1, 1), "32767")


def test_a_count_that_begins_far_below_0_stops_no_retry(engine: StartEngine) -> None:
    db = stage(engine, 'field(RTRY, "3") field(RMOD, "Geometric") field(RCNT, "-32768")')
    db.put("m.SPMG", "Pause", wait=False)
    db.put("m", 2, wait=False)
    at(db, 1)
    assert db.get("went") == 0.0
    db.put("m.SPMG", "Go", wait=False)
    assert (db.get("went"), db.get("go")) == (1.0, 2.0)


def test_within_rdbd_it_is_near_enough(engine: StartEngine) -> None:
    db = stage(engine, 'field(RDBD, "0.1")')
    db.begin_put("m", 3)
    at(db, 2.95)
    assert fields(db, "DMOV MISS RCNT") == (1, 0, 0)


def test_spdb_keeps_small_moves_back(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(SPDB, "0.5")')
    db.put("m", 0.4)
    assert (*fields(db, "VAL DMOV"), db.get("went")) == (0.4, 1, 0.0)


@pytest.mark.parametrize(("target", "moves"), [(-3, 2.0), (3, 2.0), (0.5, 1.0)])
def test_backlash_is_taken_up_by_a_second_move(engine: StartEngine, target: float, moves: float) -> None:
    db = stage(engine, WITH_DONE + 'field(BDST, "1")')
    answer = db.begin_put("m", target)
    for _ in range(int(moves)):
        assert fields(db, "DMOV") == (0,)
        at(db, target, done=0)
        at(db, target, done=1)
    assert answer() is None
    assert (db.get("went"), *fields(db, "DMOV")) == (moves, 1)


def test_dly_is_waited_for_before_a_move_is_over(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(DLY, "2")')
    answer = db.begin_put("m", 3)
    at(db, 3, done=0)
    at(db, 3, done=1)
    db.advance(1.9)
    assert fields(db, "DMOV MOVN") == (0, 0)
    db.advance(0.1)
    assert answer() is None
    assert fields(db, "DMOV") == (1,)


# ---- stop ----


def test_stop_ends_the_move_where_it_is(engine: StartEngine) -> None:
    db = stage(engine)
    answer = db.begin_put("m", 3)
    at(db, 1, done=0)
    db.put("m.STOP", 1, wait=False)
    assert (db.get("halt"), *fields(db, "STOP DMOV VAL")) == (1.0, 0, 0, 3.0)
    at(db, 1.2, done=1)
    assert answer() is None
    assert fields(db, "VAL DVAL RVAL RBV DMOV") == (1.2, 1.2, 120, 1.2, 1)


def test_pause_stops_and_go_moves_on(engine: StartEngine) -> None:
    db = stage(engine, 'field(DINP, "done") field(RTRY, "3")')
    db.begin_put("m", 3)
    at(db, 1, done=0)
    db.put("m.SPMG", "Pause", wait=False)
    at(db, 1, done=1)
    assert (db.get("halt"), db.get("went"), *fields(db, "VAL RBV")) == (1.0, 1.0, 3.0, 1.0)
    db.put("m.SPMG", "Go", wait=False)
    assert (db.get("went"), db.get("go")) == (2.0, 3.0)


def test_while_spmg_is_stop_nothing_moves(engine: StartEngine) -> None:
    db = stage(engine)
    db.put("m.SPMG", "Stop")
    answer = db.begin_put("m", 3)
    db.advance(0)
    assert db.get("went") == 0.0
    db.put("m.SPMG", "Go", wait=False)
    at(db, 3, done=0)
    at(db, 3, done=1)
    assert answer() is None
    assert (db.get("went"), *fields(db, "RBV")) == (1.0, 3.0)


def test_move_is_one_move_and_then_pause(engine: StartEngine) -> None:
    db = stage(engine)
    db.put("m.SPMG", "Move")
    db.begin_put("m", 3)
    at(db, 3, done=0)
    at(db, 3, done=1)
    assert db.text("m.SPMG") == "Pause"


# ---- buttons ----


@pytest.mark.parametrize(("button", "target"), [("TWF", 1.5), ("TWR", 0.5)])
def test_tweak(engine: StartEngine, button: str, target: float) -> None:
    db = stage(engine, WITH_DONE + 'field(TWV, "0.5")')
    db.begin_put("m", 1)
    at(db, 1, done=0)
    at(db, 1, done=1)
    db.put(f"m.{button}", 1, wait=False)
    assert (db.get("go"), *fields(db, f"VAL {button}")) == (target, target, 0)


@pytest.mark.parametrize(("button", "bits"), [("JOGF", 1), ("JOGR", 2)])
def test_jog_runs_until_the_button_is_let_go(engine: StartEngine, button: str, bits: int) -> None:
    db = stage(engine)
    db.put(f"m.{button}", 1, wait=False)
    at(db, 2, done=0)
    assert fields(db, "DMOV MIP") == (0, bits)
    db.put(f"m.{button}", 0, wait=False)
    assert db.get("halt") == 1.0
    at(db, 2.5, done=1)
    assert fields(db, "DMOV MIP VAL") == (1, 0, 2.5)


def test_a_jog_ends_before_the_end_of_travel(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(DHLM, "5") field(DLLM, "-5") field(JVEL, "2")')
    db.put("m.JOGF", 1, wait=False)
    at(db, 3.5, done=0)
    assert (db.get("halt"), *fields(db, "LVIO JOGF")) == (1.0, 1, 0)


def test_home_is_over_when_it_stands(engine: StartEngine) -> None:
    db = stage(engine)
    db.put("m.HOMF", 1, wait=False)
    at(db, 1, done=0)
    assert fields(db, "DMOV HOMF MIP") == (0, 1, 8)
    assert db.put("m.HOMF", 1, wait=False) == "m.HOMF: it looks for home already"
    at(db, 1, done=1)
    assert fields(db, "DMOV HOMF MIP VAL") == (1, 0, 0, 1.0)


# ---- others ----


def test_in_closed_loop_dol_is_the_target(engine: StartEngine) -> None:
    db = stage(
        engine, WITH_DONE + 'field(OMSL, "closed_loop") field(DOL, "want")',
        'record(ao, "want") { field(VAL, "0") field(FLNK, "m") }',
    )  # fmt: skip
    db.put("want", 2, wait=False)
    assert (db.get("go"), *fields(db, "VAL DMOV")) == (2.0, 2.0, 0)


def test_a_soft_motor_over_another(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "go") {} record(longout, "steps") {}'
        'record(motor, "real") { field(OUT, "go") field(RINP, "steps") field(MRES, "0.1") field(RTRY, "0") }'
        'record(calcout, "twice") { field(CALC, "2*A") field(OUT, "real.DVAL PP") }'
        'record(calc, "half") { field(INPA, "real.DRBV CP") field(CALC, "A/2") }'
        'record(motor, "m") { field(OUT, "twice.A PP") field(RDBL, "half") field(URIP, "Yes") field(RRES, "1")'
        ' field(MRES, "0.01") field(STOO, "real.STOP PP") field(DINP, "real.DMOV") field(RTRY, "0") field(NTM, "NO") }'
    )
    db.advance(0)
    answer = db.begin_put("m", 3)
    db.advance(0)
    assert (db.get("real"), db.get("real.DMOV"), *fields(db, "DMOV")) == (6.0, 0, 0)
    db.put("steps", 60)
    db.advance(0)
    assert answer() is None
    assert (db.get("real.DMOV"), *fields(db, "DMOV VAL RBV")) == (1, 1, 3.0, 3.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_a_target_that_is_no_position_holds_up_no_other(engine: StartEngine, value: float) -> None:
    db = stage(engine, WITH_DONE + 'field(DHLM, "5") field(DLLM, "-5")')
    db.put("m", value, wait=False)
    if value == value:
        assert fields(db, "VAL LVIO DMOV") == (0.0, 1, 1)
    db.put("m", 2, wait=False)
    at(db, 1, done=0)
    at(db, 1, done=1)
    assert (db.get("go"), *fields(db, "VAL LVIO")) == (2.0, 2.0, 0)


def test_what_goes_round_among_its_own_fields_does_not_pile_up(engine: StartEngine) -> None:
    links = 'field(RDBL, "m.DIFF") field(RINP, "m.DIFF") field(DINP, "m.DIFF") field(RRES, "1")'
    db = engine(f'record(motor, "m") {{ field(URIP, "Yes") {links} }}')
    for value in range(50):
        db.put("m", value, wait=False)
        db.put("m.OFF", value / 8, wait=False)
    assert db.ioc.database.loop.backlog() < 200


def test_a_step_of_nothing_stops_no_ioc(engine: StartEngine) -> None:
    db = stage(engine)
    db.put("m.MRES", 0)
    db.put("m", 2, wait=False)
    at(db, 1, done=1)
    db.put("m.MRES", 0.01)
    at(db, 1, done=1)
    assert fields(db, "RBV DMOV") == (1.0, 1)


def test_a_motor_that_is_disabled_takes_no_news(engine: StartEngine) -> None:
    db = stage(engine, WITH_DONE + 'field(SDIS, "off")', 'record(bo, "off") {}')
    db.put("off", 1)
    at(db, 2)
    assert (db.alarm("m")[1], *fields(db, "RBV")) == ("DISABLE", 0.0)
    assert db.put("m", 3) == "ok"
    assert fields(db, "DMOV") == (1,)


def test_a_motor_without_readback_is_never_there(engine: StartEngine) -> None:
    db = engine('record(ao, "go") {} record(motor, "m") { field(OUT, "go PP") }')
    db.put("m", 3, wait=False)
    db.advance(100)
    assert (db.get("go"), *fields(db, "DMOV RBV")) == (3.0, 0, 0.0)
