"""longout: a 32-bit integer that is written, when OOPT says so."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("Every Time", [0, 3, 3, 0, 0]),
        ("On Change", [0, 3, -1, 0, -1]),
        ("When Zero", [0, -1, -1, 0, 0]),
        ("When Non-zero", [-1, 3, 3, -1, -1]),
        ("Transition To Zero", [-1, -1, -1, 0, -1]),
        ("Transition To Non-zero", [-1, 3, -1, -1, -1]),
    ],
)
def test_oopt(engine: StartEngine, option: str, written: list[int]) -> None:
    db = engine(
        f'record(longin, "out") {{}} record(longout, "l") {{ field(OOPT, "{option}") field(OUT, "out") }}',
    )
    seen = []
    for value in (0, 3, 3, 0, 0):
        db.put("out", -1)
        db.put("l", value)
        seen.append(db.get("out"))
    assert seen == written


def test_with_ooch_a_new_out_is_written_to_though_nothing_changed(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "a") {} record(longin, "b") {}'
        'record(longout, "yes") { field(OOPT, "On Change") field(OUT, "a") field(OOCH, "YES") }'
        'record(longout, "no") { field(OOPT, "On Change") field(OUT, "a") field(OOCH, "NO") }'
    )
    for name, written in (("yes", 4), ("no", 0)):
        db.put(f"{name}", 4)
        db.put("b", 0)
        db.put(f"{name}.OUT", "b")
        db.process(name)
        assert db.get("b") == written


def test_in_closed_loop_the_value_comes_from_dol(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") { field(VAL, "3.9") }'
        'record(longout, "l") { field(OMSL, "closed_loop") field(DOL, "in") field(DRVH, "100") }'
    )
    db.put("l", 9)
    assert db.get("l") == 3
