"""SubAve, interp_do and pvHistory, which databases of synApps name: they are here, as their C functions are there."""

from __future__ import annotations

import pytest

from tests.local_ioc import Engine, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

AVERAGE = 'record(sub, "s") { field(INAM, "initSubAve") field(SNAM, "SubAve") field(INPA, "3") %s }'
TABLE = """
record(aSub, "t") { field(INAM, "interp_init") field(SNAM, "interp_do")
    field(FTA, "DOUBLE") field(FTB, "DOUBLE") field(FTC, "DOUBLE") field(FTF, "LONG") field(FTG, "LONG")
    field(FTH, "DOUBLE") field(NOH, "3") field(FTVH, "DOUBLE") field(NOVH, "3") field(FTVI, "DOUBLE") field(NOVI, "3")
    field(FTVA, "DOUBLE") field(FTVB, "DOUBLE") field(FTVC, "DOUBLE") field(FTVE, "LONG") field(FTVF, "DOUBLE")
    field(FTVG, "DOUBLE") field(FTVN, "LONG") field(NOVA, "4") field(NOVB, "4") field(NOVC, "4")
    field(BRSV, "MINOR") }
"""
HISTORY = """
record(aSub, "h") { field(INAM, "pvHistory_init") field(SNAM, "pvHistory") field(FTA, "LONG") field(FTB, "DOUBLE")
    field(FTD, "DOUBLE") field(FTE, "DOUBLE") field(FTF, "DOUBLE") field(FTVB, "DOUBLE") field(FTVC, "DOUBLE")
    field(FTVD, "DOUBLE") field(FTVE, "DOUBLE") field(FTVF, "DOUBLE")
    field(NOVB, "3") field(NOVC, "3") field(NOVD, "3") field(NOVE, "3") field(NOVF, "3") }
"""
INTERPOLATE, ADD, CLEAR, INTERPOLATE_ARRAY = range(4)


def averaged(db: Engine, *values: float) -> tuple[float, float, float]:
    for value in values:
        db.put("s.B", value)  # which processes
    return db.get("s"), db.get("s.E"), db.get("s.G")


def test_an_average_is_of_the_last_values(engine: StartEngine) -> None:
    db = engine(AVERAGE % "")
    db.put("s.PROC", 1)  # makes room, and takes no value
    assert averaged(db, 4, 8) == (6.0, 2.0, 0.0)
    assert averaged(db, 9, 10) == (9.0, 3.0, 1.0)


def test_an_average_once_stays_until_it_is_cleared(engine: StartEngine) -> None:
    db = engine(AVERAGE % 'field(INPD, "1")')
    db.put("s.C", 1)
    assert averaged(db, 1, 2, 6, 100) == (3.0, 3.0, 1.0)
    db.put("s.C", 1)
    assert (db.get("s"), db.get("s.E"), db.get("s.G"), db.get("s.C")) == (0.0, 0.0, 0.0, 0.0)
    assert averaged(db, 7) == (7.0, 1.0, 0.0)


def test_the_number_of_values_is_a_whole_one_within_limits(engine: StartEngine) -> None:
    db = engine(AVERAGE % "")
    for given, taken in ((2.6, 3.0), (-4, 1.0), (1e9, 100_000.0)):
        db.put("s.A", given)
        assert db.get("s.A") == taken


def filled(engine: StartEngine, *points: tuple[float, float, float]) -> Engine:
    db = engine(TABLE)
    db.put("t.G", ADD)
    for a, b, c in points:
        step(db, A=a, B=b, C=c)
    db.put("t.G", INTERPOLATE)
    return db


def step(db: Engine, **fields: object) -> None:
    for field, value in fields.items():
        db.put(f"t.{field}", value)
    db.put("t.PROC", 1)


POINTS = ((0, 0, 1), (3, 9, 7), (1, 1, 3), (2, 4, 5))  # a square, and a line


def test_points_are_kept_in_order_and_replaced(engine: StartEngine) -> None:
    db = filled(engine, (3, 30, 1), (1, 10, 2), (1, 11, 3))
    assert (db.get("t.VALA"), db.get("t.VALB"), db.get("t.VALN")) == ([1.0, 3.0, 0.0, 0.0], [11.0, 30.0, 0.0, 0.0], 2)


def test_a_full_table_takes_no_point(engine: StartEngine) -> None:
    db = filled(engine, *POINTS, (5, 25, 11))
    assert (db.get("t.VALN"), db.get("t"), db.alarm("t")[:2]) == (4, -1, ("MINOR", "SOFT"))


@pytest.mark.parametrize(("order", "y"), [(1, 2.5), (2, 2.25), (3, 2.25), (30, 2.25)])
def test_between_points_there_is_a_line_or_a_polynomial(engine: StartEngine, order: int, y: float) -> None:
    db = filled(engine, *POINTS)
    step(db, F=order, A=1.5)
    assert (db.get("t.VALF"), db.get("t.VALG"), db.get("t.VALE")) == (pytest.approx(y), pytest.approx(4.0), 1)


def test_beyond_the_table_is_its_end_and_an_alarm(engine: StartEngine) -> None:
    db = filled(engine, *POINTS)
    step(db, A=99)
    assert (db.get("t.VALF"), db.get("t.VALE"), db.alarm("t")[:2]) == (9.0, 0, ("MINOR", "SOFT"))


def test_without_points_y_is_x_and_an_array_goes_through(engine: StartEngine) -> None:
    db = filled(engine, *POINTS)
    step(db, G=INTERPOLATE_ARRAY, H=[0.5, 1.0, 77.0])
    assert db.get("t.VALH") == [0.5, 1.0, 9.0]
    step(db, G=CLEAR)
    step(db, G=INTERPOLATE, A=0.5)
    assert (db.get("t.VALN"), db.get("t.VALF")) == (0, 0.5)


def test_a_history_has_the_newest_value_in_front(engine: StartEngine) -> None:
    db = engine(HISTORY)
    for time, value in ((3600, 5), (7200, 6)):
        db.put("h.B", time)
        db.put("h.D", value)
        db.put("h.PROC", 1)
    assert (db.get("h.VALD"), db.get("h.VALC")) == ([6.0, 5.0, 0.0], [0.0, -1.0, -1.0])
    db.put("h.A", 1)
    db.put("h.PROC", 1)
    assert (db.get("h.VALD"), db.get("h.A")) == ([0.0, 0.0, 0.0], 0)


@pytest.mark.parametrize("algorithm", [1, 2])
def test_a_line_through_the_values_tells_where_they_are_now(engine: StartEngine, algorithm: int) -> None:
    db = engine(AVERAGE % f'field(INPF, "{algorithm}")')
    averaged(db, 0)
    average, _, complete = averaged(db, 1, 2, 3)
    assert (db.get("s.H"), complete) == (2.0, 1.0)
    assert average == db.get("s.I" if algorithm == 1 else "s.J")
    assert 2 < average <= 4


def test_a_function_of_the_site_comes_first(engine: StartEngine) -> None:
    db = engine(AVERAGE % "", "import pydev\n@pydev.subroutine\ndef SubAve(record): return 77")
    assert averaged(db, 1)[0] == 77.0
