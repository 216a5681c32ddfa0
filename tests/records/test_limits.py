"""Limits with hysteresis, and deadbands (EPICS: recGblCheckDeadband), of all types that have them."""

from __future__ import annotations

from math import inf, nan

import pytest

from pydevpva.records.shared.limits import exceeds
from tests.local_ioc import StartEngine


@pytest.mark.parametrize(
    ("old", "new", "deadband", "posted"),
    [
        (1.0, 1.0, 0.0, False),
        (1.0, 1.0, -1.0, True),
        (1.0, 3.0, 2.0, False),
        (1.0, 3.5, 2.0, True),
        (-1.7e308, 1.7e308, 5.0, True),
        (1.0, inf, 5.0, True),
        (inf, inf, 0.0, False),
        (inf, -inf, 5.0, True),
        (inf, nan, 5.0, True),
        (nan, nan, 0.0, False),
        (nan, nan, -1.0, True),
        (1.0, inf, inf, False),
        (1.0, 9.0, nan, False),
        (1.0, inf, nan, False),
    ],
)
def test_a_change_is_posted_when_it_is_larger_than_the_deadband(
    old: float, new: float, deadband: float, posted: bool
) -> None:
    assert exceeds(old, new, deadband) is posted


BIG = 2**53 + 1  # no DOUBLE is that
LIMITS = (
    'field(HIHI, "10") field(HHSV, "MAJOR") field(HIGH, "5") field(HSV, "MINOR")'
    ' field(LOW, "-5") field(LSV, "MINOR") field(LOLO, "-10") field(LLSV, "MAJOR") field(HYST, "2")'
)
STEPS = [  # values, and the alarm that each leaves
    ([0], "NO_ALARM"), ([5, 3], "HIGH"), ([2], "NO_ALARM"), ([10, 8], "HIHI"), ([7], "HIGH"),
    ([-5, -3], "LOW"), ([-2], "NO_ALARM"), ([-10, -8], "LOLO"), ([-7], "LOW"),
]  # fmt: skip
NUMBERS = ["ai", "ao", "longin", "longout", "int64in", "int64out"]


@pytest.mark.parametrize("rtype", NUMBERS)
def test_limits_have_hysteresis(engine: StartEngine, rtype: str) -> None:
    db = engine(f'record({rtype}, "x") {{ {LIMITS} }}')
    for values, alarm in STEPS:
        for value in values:
            db.put("x", value)
            assert (value, db.alarm("x")[1]) == (value, alarm)


@pytest.mark.parametrize(
    ("rtype", "start"), [("longin", 0), ("longout", 0), ("int64in", BIG), ("int64out", BIG), ("int64in", -BIG)]
)
def test_mdel_and_adel_say_what_is_posted(engine: StartEngine, rtype: str, start: int) -> None:
    db = engine(f'record({rtype}, "x") {{ field(MDEL, "2") field(ADEL, "-1") }}')
    db.put("x", start)
    watch = db.watch("x")
    for value in (start + 2, start + 3, start + 3):
        db.put("x", value)
    assert [mask for field, mask in watch.changes if field is None] == [2, 3, 2]
