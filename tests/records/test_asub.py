"""aSub: arrays in and out; functions themselves are test_subroutines.py's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("CHAR", [-1, 127], [-1, 127]),
        ("UCHAR", [255], [255]),
        ("SHORT", [-5, 6], [-5, 6]),
        ("LONG", [2**31 - 1], [2**31 - 1]),
        ("INT64", [2**62], [2**62]),
        ("UINT64", [2**63], [2**63]),
        ("FLOAT", [0.5], [0.5]),
        ("DOUBLE", [1e300, 2.5], [1e300, 2.5]),
        ("STRING", ["a", "bc"], ["a", "bc"]),
    ],
)
def test_inputs_and_outputs_have_the_types_that_ft_says(
    engine: StartEngine, kind: str, given: list[Any], taken: list[Any]
) -> None:
    db = engine(
        f'record(aSub, "a") {{ field(SNAM, "copy") field(FTA, "{kind}") field(NOA, "3") field(FTVA, "{kind}")'
        ' field(NOVA, "3") }',
        "def copy(record): record.VALA = record.A",
    )
    assert db.put("a.A", given) == "ok"
    db.put("a.PROC", 1)
    assert (db.get("a.VALA"), db.get("a.NEA"), db.get("a.NEVA")) == (taken, len(given), len(given))


def test_without_ft_and_no_an_input_is_one_double(engine: StartEngine) -> None:
    db = engine('record(aSub, "a") { field(INPA, "2.5") }')
    assert (db.get("a.A"), db.text("a.FTA"), db.get("a.NOA"), db.get("a.NEA")) == (2.5, "DOUBLE", 1, 1)


def test_an_input_holds_no_more_than_no_elements(engine: StartEngine) -> None:
    db = engine(
        'record(waveform, "w") { field(FTVL, "LONG") field(NELM, "5") field(INP, [1, 2, 3, 4]) }'
        'record(aSub, "a") { field(FTA, "LONG") field(NOA, "3") field(INPA, "w") }'
    )
    db.put("a.PROC", 1)
    assert (db.get("a.A"), db.get("a.NEA")) == ([1, 2, 3], 3)


def test_a_missing_input_is_a_link_alarm_and_what_follows_is_not_read(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") { field(VAL, "7") }'
        'record(aSub, "a") { field(INPA, "in") field(INPB, "nowhere") field(INPC, "in") }'
    )
    db.put("a.PROC", 1)
    assert (db.get("a.A"), db.get("a.C"), db.alarm("a")[:2]) == (7.0, 0.0, ("INVALID", "LINK"))


def test_outputs_are_written_in_their_order_and_processed(engine: StartEngine) -> None:
    db = engine(
        'record(calc, "n") { field(CALC, "VAL*10+A") }'
        'record(aSub, "a") { field(SNAM, "f") field(OUTA, "n.A PP") field(OUTB, "n.A PP") }',
        "def f(record):\n record.VALA = 1\n record.VALB = 2",
    )
    db.put("a.PROC", 1)
    assert db.get("n") == 12.0


@pytest.mark.parametrize(("flag", "posted"), [("NEVER", 0), ("ALWAYS", 2)])
def test_eflg_says_whether_outputs_are_posted(engine: StartEngine, flag: str, posted: int) -> None:
    db = engine(f'record(aSub, "a") {{ field(SNAM, "f") field(EFLG, "{flag}") }}', "def f(record): record.VALA = 1")
    watch = db.watch("a")
    for _ in range(2):
        db.put("a.PROC", 1)
    assert len([field for field, _ in watch.changes if field == "VALA"]) == posted


def test_val_is_the_status_and_only_0_writes_outputs(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "out") {}record(aSub, "a") { field(SNAM, "f") field(OUTA, "out") field(BRSV, "MINOR") }',
        "def f(record):\n record.VALA = 9\n return int(record.B)",
    )
    seen = []
    for status in (1, -1, 0):
        db.put("a.B", status)
        db.put("a.PROC", 1)
        seen.append((db.get("a"), db.get("out"), db.alarm("a")[:2]))
    normal = ("NO_ALARM", "NO_ALARM")
    assert seen == [(1, 0.0, normal), (-1, 0.0, ("MINOR", "SOFT")), (0, 9.0, normal)]


def test_a_constant_array_fills_an_input(engine: StartEngine) -> None:
    db = engine('record(aSub, "a") { field(FTA, "SHORT") field(NOA, "4") field(INPA, [3, 4, 5]) }')
    assert (db.get("a.A"), db.get("a.NEA")) == ([3, 4, 5], 3)
