"""seq: values to links, one after the other."""

from __future__ import annotations

from tests.local_ioc import StartEngine

NEXT = 'record(calc, "n") { field(CALC, "VAL+1") }'


def test_groups_run_in_order_and_a_put_waits_for_all(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "a") {} record(ao, "b") {}' + NEXT + 'record(seq, "s") { field(DOL0, "4") field(LNK0, "a PP")'
        ' field(DLY1, "0.02") field(DOL1, "a") field(LNK1, "b PP") field(FLNK, "n") }'
    )
    answer = db.begin_put("s.PROC", 1)
    db.advance(0)
    assert (db.get("a"), db.get("b"), db.get("n")) == (4.0, 0.0, 0.0)
    db.advance(0.02)
    assert answer() is None
    assert (db.get("a"), db.get("b"), db.get("s.DO1"), db.get("n")) == (4.0, 4.0, 4.0, 1.0)


def test_a_delay_keeps_the_record_busy(engine: StartEngine) -> None:
    db = engine('record(ao, "a") {} record(seq, "s") { field(DLY0, "0.05") field(DO0, "7") field(LNK0, "a PP") }')
    db.process("s")
    db.advance(0.04)
    assert (db.get("s.PACT"), db.get("a")) == (1, 0.0)
    db.advance(0.01)
    assert (db.get("s.PACT"), db.get("a")) == (0, 7.0)


def test_a_number_beyond_the_groups_is_invalid(engine: StartEngine) -> None:
    db = engine('record(seq, "s") { field(SELM, "Specified") field(SELN, "3") field(OFFS, "13") }')
    assert db.put("s.PROC", 1) == "ok"
    assert db.alarm("s")[:2] == ("INVALID", "SOFT")


def test_a_mask_selects_groups(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "a") {} record(ao, "b") {}'
        'record(seq, "s") { field(SELM, "Mask") field(SHFT, "0") field(SELN, "2") field(DO0, "1") field(DO1, "2")'
        ' field(LNK0, "a") field(LNK1, "b") }'
    )
    db.put("s.PROC", 1)
    assert (db.get("a"), db.get("b")) == (0.0, 2.0)
