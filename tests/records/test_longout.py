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


@pytest.mark.parametrize(
    ("low", "high", "value", "driven"), [(0, 10, 12, 10), (0, 10, -1, 0), (0, 0, 99, 99), (10, 0, 99, 99)]
)
def test_drvl_and_drvh_limit_when_the_one_is_below_the_other(
    engine: StartEngine, low: int, high: int, value: int, driven: int
) -> None:
    db = engine(
        'record(longin, "out") {}'
        f'record(longout, "l") {{ field(DRVL, "{low}") field(DRVH, "{high}") field(OUT, "out") }}'
    )
    db.put("l", value)
    assert (db.get("l"), db.get("out")) == (driven, driven)


def test_in_closed_loop_the_value_comes_from_dol(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") { field(VAL, "3.9") }'
        'record(longout, "l") { field(OMSL, "closed_loop") field(DOL, "in") field(DRVH, "100") }'
    )
    db.put("l", 9)
    assert db.get("l") == 3


def test_a_constant_dol_is_the_first_value(engine: StartEngine) -> None:
    db = engine('record(longout, "l") { field(DOL, "0x10") } record(longout, "none") {}')
    assert (db.get("l"), db.get("l.UDF")) == (16, 0)
    assert (db.get("none"), db.get("none.UDF")) == (0, 1)


@pytest.mark.parametrize(
    ("ivoa", "written", "value"),
    [("Continue normally", 7, 7), ("Don't drive outputs", 1, 7), ("Set output to IVOV", 5, 5)],
)
def test_ivoa_decides_for_an_invalid_value(engine: StartEngine, ivoa: str, written: int, value: int) -> None:
    db = engine(
        'record(longin, "out") { field(VAL, "1") }'
        f'record(longout, "l") {{ field(HIGH, "6") field(HSV, "INVALID") field(IVOA, "{ivoa}") field(IVOV, "5")'
        ' field(OUT, "out") }'
    )
    db.put("l", 7)
    assert (db.get("out"), db.get("l"), db.alarm("l")[:2]) == (written, value, ("INVALID", "HIGH"))


def test_simulation_writes_to_siol_and_not_to_out(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "out") {} record(longin, "sim") {}'
        'record(longout, "l") { field(OUT, "out") field(SIMM, "YES") field(SIOL, "sim") field(SIMS, "MINOR") }'
    )
    db.put("l", 7)
    assert (db.get("out"), db.get("sim"), db.alarm("l")[:2]) == (0, 7, ("MINOR", "SIMM"))


def test_an_out_that_is_missing_is_a_link_alarm(engine: StartEngine) -> None:
    db = engine('record(longout, "l") { field(OUT, "nowhere") }')
    db.put("l", 7)
    assert (db.get("l"), db.alarm("l")[:2]) == (7, ("INVALID", "LINK"))


def test_mdel_and_adel_say_what_is_posted(engine: StartEngine) -> None:
    db = engine('record(longout, "l") { field(MDEL, "2") field(ADEL, "-1") }')
    db.put("l", 0)
    watch = db.watch("l")
    for value in (2, 3, 3):
        db.put("l", value)
    assert [mask for field, mask in watch.changes if field is None] == [2, 3, 2]
