"""motor: user, dial and raw coordinates, speeds, travel, posts. Its Soft Channel: tests/devices/test_soft_motor.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import Engine, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

MOTOR = """
record(ao, "o") { field(FLNK, "r") }
record(calc, "r") { field(INPA, "o") field(CALC, "A") }
record(calc, "n") { field(CALC, "VAL+1") }
record(motor, "m") { field(OUT, "o PP") field(RDBL, "r") field(URIP, "Yes") field(RRES, "1") field(MRES, "0.01")
    field(VELO, "2") field(FLNK, "n") %s }
"""


def fields(db: Engine, names: str) -> tuple[Any, ...]:
    """Their values, with the last digits of sums left out."""
    values = (db.get(f"m.{name}") for name in names.split())
    return tuple(round(value, 9) if isinstance(value, float) else value for value in values)


def moved(db: Engine, value: float, field: str = "VAL") -> None:
    """A put that is waited for, and ends with the move."""
    answer = db.begin_put(f"m.{field}", value)
    db.advance(0)
    assert answer() is None


# ---- coordinates ----


def test_a_move_ends_when_the_readback_is_there(engine: StartEngine) -> None:
    db = engine(MOTOR % "")
    moved(db, 2.5)
    assert fields(db, "VAL DVAL RVAL RBV DRBV RRBV DIFF RDIF DMOV MOVN MISS") == (
        2.5, 2.5, 250, 2.5, 2.5, 250, 0.0, 0, 1, 0, 0,
    )  # fmt: skip
    assert db.get("o") == 2.5


def test_dval_rval_and_rlv_move_as_well(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(OFF, "1") field(DIR, "Neg")')
    moved(db, 2, "DVAL")
    assert fields(db, "VAL RVAL RBV") == (-1.0, 200, -1.0)
    moved(db, 300, "RVAL")
    assert fields(db, "VAL DVAL RBV") == (-2.0, 3.0, -2.0)
    moved(db, 0.5, "RLV")
    assert fields(db, "VAL DVAL RLV") == (-1.5, 2.5, 0.0)


def test_a_new_offset_moves_nothing_and_all_user_values_follow(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(DHLM, "10") field(DLLM, "-5")')
    moved(db, 1)
    db.put("m.OFF", 4)
    assert fields(db, "VAL RBV DVAL HLM LLM DMOV") == (5.0, 5.0, 1.0, 14.0, -1.0, 1)
    assert db.get("o") == 1.0


@pytest.mark.parametrize(
    ("frozen", "after"), [("Variable", (3.0, 6.0, 3.0, 11.0, -4.0)), ("Frozen", (-3.0, 0.0, -3.0, 5.0, -10.0))]
)
def test_a_new_direction(engine: StartEngine, frozen: str, after: tuple[float, ...]) -> None:
    db = engine(MOTOR % f'field(DHLM, "10") field(DLLM, "-5") field(FOFF, "{frozen}")')
    moved(db, 3)
    db.put("m.DIR", "Neg")
    assert fields(db, "VAL OFF RBV HLM LLM") == after


def test_with_set_a_new_value_says_where_it_is(engine: StartEngine) -> None:
    db = engine(MOTOR % "")
    moved(db, 1)
    db.put("m.SSET", 1)
    db.put("m", 5)
    assert fields(db, "VAL OFF DVAL RBV DMOV SET") == (5.0, 4.0, 1.0, 5.0, 1, 1)
    assert db.get("o") == 1.0
    db.put("m.SUSE", 1)
    moved(db, 6)
    assert fields(db, "DVAL") == (2.0,)


def test_igset_makes_set_count_for_nothing(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(SET, "Set")')
    db.put("m.IGSET", 1)
    moved(db, 5)
    assert fields(db, "OFF DVAL") == (0.0, 5.0)


def test_steps_turns_and_speeds_follow_one_another(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(VMAX, "4") field(VBAS, "1") field(DHLM, "10") field(DLLM, "-10")')
    assert fields(db, "UREV S SMAX SBAS RHLM") == (2.0, 1.0, 2.0, 0.5, 1000.0)
    db.put("m.UREV", 4)
    db.advance(0)
    assert fields(db, "MRES VELO VMAX VBAS S DHLM RHLM") == (0.02, 4.0, 8.0, 2.0, 1.0, 20.0, 1000.0)
    db.put("m.SREV", 400)
    db.advance(0)
    assert fields(db, "MRES UREV") == (0.01, 4.0)


def test_sync_makes_the_readback_the_target(engine: StartEngine) -> None:
    db = engine(MOTOR % "")
    moved(db, 1)
    db.put("r.A", 3)
    db.put("r.PROC", 1)
    db.put("o", 3)
    db.advance(0)
    db.put("m.SYNC", 1)
    assert fields(db, "VAL DVAL RVAL SYNC") == (3.0, 3.0, 300, 0)


# ---- speeds ----


@pytest.mark.parametrize(
    ("put", "value", "names", "after"),
    [
        ("VELO", 9, "VELO S ACCS", (5.0, 2.5, 20.0)),
        ("VELO", 0.5, "VELO S", (1.0, 0.5)),
        ("S", 2, "S VELO ACCL ACCS", (2.0, 4.0, 0.2, 15.0)),
        ("VBAS", -1, "VBAS SBAS", (0.0, 0.0)),
        ("VBAS", 7, "VBAS VMAX VELO BVEL JVEL", (7.0, 7.0, 7.0, 7.0, 7.0)),
        ("VMAX", 0.5, "VMAX VBAS VELO HVEL", (0.5, 0.5, 0.5, 0.5)),
        ("ACCL", 0, "ACCL ACCS", (0.1, 10.0)),
        ("ACCS", 2, "ACCS ACCL", (2.0, 0.5)),
        ("ACCS", -2, "ACCS ACCL", (5.0, 0.2)),
        ("BACC", -1, "BACC", (0.1,)),
        ("SBAK", 1.5, "SBAK BVEL", (1.5, 3.0)),
        ("JAR", 0, "JAR", (20.0,)),
        ("HVEL", 9, "HVEL", (5.0,)),
        ("FRAC", 3, "FRAC", (1.5,)),
        ("NTMF", 1, "NTMF", (2,)),
        ("RDBD", 0, "RDBD", (0.01,)),
    ],
)
def test_a_put_to_a_speed(engine: StartEngine, put: str, value: float, names: str, after: tuple[Any, ...]) -> None:
    db = engine(MOTOR % 'field(VBAS, "1") field(VMAX, "5")')
    db.put(f"m.{put}", value)
    assert fields(db, names) == after


def test_accu_says_which_acceleration_stays(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(ACCU, "Use ACCS") field(ACCS, "4")')
    db.put("m.VELO", 8)
    assert fields(db, "ACCS ACCL") == (4.0, 2.0)


@pytest.mark.parametrize("text", ["1e39", "-1e300", "1e-42"])
def test_a_text_that_no_float_can_be_is_refused(engine: StartEngine, text: str) -> None:
    db = engine(MOTOR % 'field(FRAC, "0.5")')
    assert db.put("m.FRAC", text) == f"m.FRAC: {text!r} is out of range of a FLOAT"
    assert fields(db, "FRAC") == (0.5,)


# ---- travel ----


def test_beyond_travel_nothing_moves_and_lvio_says_so(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(DHLM, "10") field(DLLM, "-10")')
    moved(db, 4)
    moved(db, 11)
    assert fields(db, "VAL RBV LVIO DMOV") == (4.0, 4.0, 1, 1)
    moved(db, 5)
    assert fields(db, "VAL RBV LVIO") == (5.0, 5.0, 0)


def test_backlash_needs_its_way_within_travel_too(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(DHLM, "10") field(DLLM, "-10") field(BDST, "1")')
    moved(db, -9.5)
    assert fields(db, "VAL LVIO") == (0.0, 1)


@pytest.mark.parametrize(
    ("put", "value", "after"),
    [
        ("HLM", 8, (8.0, -13.0, 10.0, -11.0, 1000.0, -1100.0)),
        ("LLM", -5, (7.0, -5.0, 2.0, -10.0, 200.0, -1000.0)),
        ("DHLM", 4, (7.0, -7.0, 4.0, -10.0, 400.0, -1000.0)),
        ("DLLM", -4, (1.0, -13.0, 10.0, -4.0, 1000.0, -400.0)),
    ],
)
def test_an_end_of_travel_in_all_coordinates(
    engine: StartEngine, put: str, value: float, after: tuple[float, ...]
) -> None:
    db = engine(MOTOR % 'field(DHLM, "10") field(DLLM, "-10") field(DIR, "Neg") field(OFF, "-3")')
    db.put(f"m.{put}", value)
    assert fields(db, "HLM LLM DHLM DLLM RHLM RLLM") == after


def test_hlsv_is_the_alarm_beyond_travel(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(DHLM, "10") field(DLLM, "-10") field(HLSV, "MAJOR")')
    moved(db, 6)
    seen = []
    for limit in (5, 7):
        db.put("m.DHLM", limit)
        seen.append(db.alarm("m")[:2])
    assert seen == [("MAJOR", "HIGH"), ("NO_ALARM", "NO_ALARM")]


# ---- what is shown ----


def test_it_begins_with_its_version_and_without_alarm(engine: StartEngine) -> None:
    db = engine('record(motor, "m") {}')
    assert (round(db.get("m.VERS"), 3), db.get("m.CARD"), db.get("m.MSTA")) == (7.4, -1, 2)
    assert (db.alarm("m")[:2], db.text("m.DTYP")) == (("NO_ALARM", "NO_ALARM"), "Soft Channel")


@pytest.mark.parametrize(("deadband", "posted"), [("0", [1.0, 1.5, 3.0]), ("1", [1.5, 3.0])])
def test_rbv_is_posted_when_it_has_moved_by_more_than_mdel(
    engine: StartEngine, deadband: str, posted: list[float]
) -> None:
    db = engine(MOTOR % f'field(MDEL, "{deadband}") field(ADEL, "100")')
    posts = db.posts("m")
    seen = []
    for value in (1, 1.5, 3):
        moved(db, value)
        if ("RBV", 1) in posts.changes or ("RBV", 3) in posts.changes:
            seen.append(db.get("m.RBV"))
        posts.changes.clear()
    assert seen == posted


def test_dmov_is_posted_when_a_move_begins_and_when_it_ends(engine: StartEngine) -> None:
    db = engine(MOTOR % "")
    moved(db, 1)
    posts = db.posts("m")
    db.put("m", 1.0)  # where it is
    moved(db, 2)
    assert posts.changes.count(("DMOV", 3)) == 4


def test_the_forward_link_comes_when_it_is_over(engine: StartEngine) -> None:
    db = engine(MOTOR.replace("o PP", "away") % "" + 'record(ao, "away") {}')
    moved_before = db.get("n")
    answer = db.begin_put("m", 1)
    db.advance(1)
    assert (db.get("n"), db.get("m.DMOV")) == (moved_before, 0)
    db.put("o", 1)
    db.advance(0)
    assert answer() is None
    assert (db.get("n"), db.get("m.DMOV")) == (moved_before + 1, 1)


def test_a_position_that_is_no_number_is_not_set_and_does_not_go_round(engine: StartEngine) -> None:
    db = engine(MOTOR % 'field(SET, "Set") field(FOFF, "Frozen")')
    assert db.put("m", float("nan"), wait=False) == "ok"
    db.advance(1)
    assert fields(db, "VAL DVAL DMOV") == (0.0, 0.0, 1)
    before = db.get("n")
    db.advance(10)
    assert db.get("n") == before
    assert db.put("m", 3.0, wait=False) == "ok"
    db.advance(1)
    assert fields(db, "VAL RBV DMOV") == (3.0, 0.0, 1)
