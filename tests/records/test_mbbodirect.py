"""mbboDirect: bits of an output."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


def test_bits_given_in_the_database_make_the_first_value(engine: StartEngine) -> None:
    db = engine('record(mbboDirect, "m") { field(B0, "1") field(B3, "1") }')
    assert (db.get("m"), db.get("m.UDF")) == (9, 0)


def test_a_put_to_a_bit_writes_the_whole(engine: StartEngine) -> None:
    db = engine('record(ao, "out") {} record(mbboDirect, "m") { field(VAL, "1") field(OUT, "out") }')
    assert db.put("m.B2", 1) == "ok"
    assert (db.get("m"), db.get("out")) == (5, 5.0)
    db.put("m.B1F", 1)
    assert (db.get("m"), db.get("out")) == (5 - 2**31, 5.0 + 2**31)


def test_a_put_to_val_sets_the_bits(engine: StartEngine) -> None:
    db = engine('record(mbboDirect, "m") { field(SHFT, "4") }')
    db.put("m", 6)
    assert ([db.get(f"m.B{i}") for i in range(4)], db.get("m.RVAL")) == ([0, 1, 1, 0], 0x60)


@pytest.mark.ours("the error's text is our own")
def test_bits_are_closed_to_clients_in_closed_loop(engine: StartEngine) -> None:
    db = engine('record(mbboDirect, "m") { field(OMSL, "closed_loop") }')
    assert db.put("m.B0", 1) == "m.B0: bits cannot be changed while OMSL is closed_loop"
    assert db.get("m") == 0
