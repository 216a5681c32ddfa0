"""bi: a two-state input."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

STATES = 'field(ZNAM, "Off") field(ONAM, "On") field(OSV, "MAJOR") field(COSV, "MINOR")'


def test_the_state_and_its_change_raise_alarms(engine: StartEngine) -> None:
    db = engine(f'record(bi, "b") {{ {STATES} }}')
    seen = []
    for value in (0, 1, 1, 0):
        db.put("b", value)
        seen.append(db.alarm("b")[:2])
    none, state, cos = ("NO_ALARM", "NO_ALARM"), ("MAJOR", "STATE"), ("MINOR", "COS")
    assert seen == [none, state, state, cos]


def test_raw_soft_channel_takes_a_bit_by_mask(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "in") { field(VAL, "6") }'
        'record(bi, "b1") { field(DTYP, "Raw Soft Channel") field(INP, "in") field(MASK, "2") }'
        'record(bi, "b3") { field(DTYP, "Raw Soft Channel") field(INP, "in") field(MASK, "8") }'
    )
    db.process("b1")
    db.process("b3")
    assert (db.get("b1"), db.get("b1.RVAL"), db.get("b3")) == (1, 2, 0)


@pytest.mark.ours("asks for numbers as text, which clients turn into states themselves")
def test_a_state_is_put_by_name_or_number_and_read_by_name(engine: StartEngine) -> None:
    db = engine(f'record(bi, "b") {{ {STATES} }}')
    assert db.put("b", "On") == "ok"
    assert (db.get("b"), db.text("b")) == (1, "On")
    assert db.put("b", "0x0") == "ok"
    assert db.text("b") == "Off"
    assert "'Onn' is not one of the choices; did you mean On?" in db.put("b", "Onn")
    db.put("b", 7)
    assert db.text("b") == "Illegal_Value"


def test_simulation_gives_val_or_rval(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "sim") { field(VAL, "4") }'
        'record(bi, "b") { field(SIOL, "sim") field(SIMM, "RAW") field(SIMS, "MINOR") }'
    )
    db.process("b")
    assert (db.get("b"), db.get("b.RVAL"), db.alarm("b")[:2]) == (1, 4, ("MINOR", "SIMM"))
