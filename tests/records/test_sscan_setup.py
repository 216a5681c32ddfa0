"""sscan: start, step, end, centre, width and number of points, of which each follows from others."""

from __future__ import annotations

import pytest

from tests.local_ioc import Engine, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "motor") {}
record(sscan, "s") { field(MPTS, "100") field(NPTS, "5") field(P1PV, "motor") field(P1SP, "0") field(P1EP, "8") %s }
"""


def line(db: Engine) -> list[float]:
    """Start, step, end, centre, width, points."""
    return [db.get(f"s.{field}") for field in ("P1SP", "P1SI", "P1EP", "P1CP", "P1WD", "NPTS")]


@pytest.mark.parametrize(
    ("frozen", "field", "value", "becomes"),
    [
        ("", "P1SP", 4, [4, 1, 8, 6, 4, 5]),
        ("P1FI", "P1SP", 4, [4, 2, 12, 8, 8, 5]),
        ("P1FC", "P1SP", 2, [2, 1, 6, 4, 4, 5]),
        ("P1FC P1FE", "P1SP", 2, [2, 2, 8, 4, 8, 5]),  # nothing can follow, and nothing is said
        ("", "P1EP", 4, [0, 1, 4, 2, 4, 5]),
        ("P1FI", "P1EP", 4, [-4, 2, 4, 0, 8, 5]),
        ("P1FI P1FS P1FC", "P1EP", 4, [0, 2, 8, 4, 8, 5]),  # taken back
        ("", "P1SI", 1, [0, 1, 4, 2, 4, 5]),
        ("P1FE", "P1SI", 1, [4, 1, 8, 6, 4, 5]),
        ("P1FC", "P1SI", 1, [2, 1, 6, 4, 4, 5]),
        ("P1FW", "P1SI", 1, [0, 2, 8, 4, 8, 5]),
        ("", "P1CP", 5, [1, 2, 9, 5, 8, 5]),
        ("P1FS", "P1CP", 5, [0, 2.5, 10, 5, 10, 5]),
        ("", "P1WD", 4, [2, 1, 6, 4, 4, 5]),
        ("P1FS", "P1WD", 4, [0, 1, 4, 2, 4, 5]),
        ("P1FE", "P1WD", 4, [4, 1, 8, 6, 4, 5]),
        ("", "NPTS", 9, [0, 1, 8, 4, 8, 9]),
        ("P1FI", "NPTS", 9, [0, 2, 16, 8, 16, 9]),
        ("P1FI P1FE", "NPTS", 9, [-8, 2, 8, 0, 16, 9]),
        ("P1FI P1FC", "NPTS", 9, [-4, 2, 12, 4, 16, 9]),
        ("P1FI P1FW", "NPTS", 9, [0, 2, 8, 4, 8, 9]),
    ],
)
def test_what_follows_from_a_change(
    engine: StartEngine, frozen: str, field: str, value: float, becomes: list[float]
) -> None:
    db = engine(DB % "")
    for flag in frozen.split():
        db.put(f"s.{flag}", "FREEZE")
    assert db.put(f"s.{field}", value) == "ok"
    assert line(db) == becomes


@pytest.mark.parametrize(
    ("field", "value", "becomes", "message"),
    [
        ("P1SI", 1, [0, 1, 8, 4, 8, 9], ""),
        ("P1SI", -1, [8, -1, 0, 4, -8, 9], ""),  # it goes the other way
        ("P1SI", 0.01, [0, 8 / 99, 8, 4, 8, 100], "P1 Request Exceeded Maximum Points !"),
        ("P1SI", 0, [0, 0, 8, 4, 8, 100], ""),
    ],
)
def test_a_step_changes_the_number_of_points_when_that_is_free(
    engine: StartEngine, field: str, value: float, becomes: list[float], message: str
) -> None:
    db = engine(DB % "")
    db.put("s.FPTS", "NO")
    db.put(f"s.{field}", value)
    assert line(db) == pytest.approx(becomes)
    assert (db.get("s.SMSG"), db.get("s.ALRT")) == (message, int(bool(message)))


@pytest.mark.parametrize(("points", "becomes"), [(0, 1), (-5, 1), (100, 100), (101, 100), (2**31 - 1, 100)])
def test_the_number_of_points_is_between_1_and_mpts(engine: StartEngine, points: int, becomes: int) -> None:
    db = engine(DB % "")
    assert db.put("s.NPTS", points) == "ok"
    assert db.get("s.NPTS") == becomes


@pytest.mark.parametrize(("given", "room"), [(0, 10), (-1, 10), (11, 11)])
def test_there_is_room_for_ten_points_at_least(engine: StartEngine, given: int, room: int) -> None:
    db = engine(f'record(sscan, "s") {{ field(MPTS, "{given}") field(NPTS, "50") }}')
    assert (db.get("s.MPTS"), db.get("s.NPTS"), len(db.get("s.P1RA"))) == (room, room, room)


def test_a_million_points_have_room(engine: StartEngine) -> None:
    db = engine('record(ao, "d") { field(VAL, "3") }'
                'record(sscan, "s") { field(MPTS, "1000000") field(NPTS, "2") field(D01PV, "d") }')  # fmt: skip
    assert db.put("s.EXSC", 1) == "ok"
    assert (len(db.get("s.D01DA")), db.get("s.D01DA")[-1]) == (1_000_000, 3.0)


def test_freeze_flags_are_overridden_and_come_back(engine: StartEngine) -> None:
    db = engine(DB % 'field(P1FI, "FREEZE")')
    db.put("s.FFO", "OVERRIDE")
    assert (db.get("s.P1FI"), db.get("s.FPTS")) == (0, 0)
    db.put("s.P1FE", "FREEZE")
    assert db.get("s.P1FE") == 0
    db.put("s.FFO", "USE F-FLAGS")
    assert (db.get("s.P1FI"), db.get("s.FPTS"), db.get("s.P1FE")) == (1, 1, 0)


def test_all_positioners_follow_the_number_of_points(engine: StartEngine) -> None:
    db = engine(DB % 'field(P2SP, "0") field(P2EP, "4") field(FPTS, "NO")')
    db.put("s.P1SI", 1)
    assert (db.get("s.NPTS"), db.get("s.P2SI")) == (9, 0.5)


def test_in_table_mode_parameters_are_0(engine: StartEngine) -> None:
    db = engine(DB % "")
    db.put("s.P1SM", "TABLE")
    db.put("s.P1SP", 3)
    assert (line(db)[:5], db.get("s.SMSG")) == ([0, 0, 0, 0, 0], "Positioner #1 is in Table Mode !")


@pytest.mark.parametrize(
    ("field", "value", "becomes"),
    [("REFD", 0, 1), ("REFD", 71, 70), ("AWCT", -1, 0), ("DDLY", -1, 0.0), ("PDLY", 0.004, 0.0), ("PDLY", 0.016, 0.02)],
)
def test_what_cannot_be_becomes_what_can(engine: StartEngine, field: str, value: float, becomes: float) -> None:
    db = engine(DB % "")
    assert db.put(f"s.{field}", value) == "ok"
    assert db.get(f"s.{field}") == pytest.approx(becomes)
