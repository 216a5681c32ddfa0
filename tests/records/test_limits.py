"""Deadbands as EPICS's recGblCheckDeadband has them."""

from __future__ import annotations

from math import inf, nan

import pytest

from pydevpva.records.shared.limits import exceeds


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
