"""int64in: a 64-bit integer that is read."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

BIG = 2**53 + 1  # no DOUBLE is that


@pytest.mark.parametrize("value", [BIG, -BIG, 2**63 - 1, -(2**63)])
def test_all_64_bits_come_through_a_link_and_a_put(engine: StartEngine, value: int) -> None:
    db = engine('record(int64out, "in") {} record(int64in, "i") { field(INP, "in") } record(int64in, "p") {}')
    db.put("in", value)
    db.process("i")
    db.put("p", value)
    assert (db.get("i"), db.get("p")) == (value, value)


def test_a_number_with_a_fraction_is_cut(engine: StartEngine) -> None:
    db = engine('record(ao, "in") { field(VAL, "-3.7") } record(int64in, "i") { field(INP, "in") }')
    db.process("i")
    assert db.get("i") == -3


def test_a_constant_is_the_first_value(engine: StartEngine) -> None:
    db = engine(
        f'record(int64in, "i") {{ field(INP, "{BIG}") }} record(int64in, "x") {{ field(INP, "0x20000000000001") }}'
    )
    assert (db.get("i"), db.get("x"), db.get("i.UDF")) == (BIG, BIG, 0)


def test_limits_tell_neighbours_apart_that_are_one_double(engine: StartEngine) -> None:
    db = engine(f'record(int64in, "i") {{ field(HIGH, "{BIG}") field(HSV, "MINOR") }}')
    seen = []
    for value in (BIG - 1, BIG, BIG - 1):
        db.put("i", value)
        seen.append(db.alarm("i")[1])
    assert seen == ["NO_ALARM", "HIGH", "NO_ALARM"]


def test_simulation_reads_siol(engine: StartEngine) -> None:
    db = engine(
        f'record(int64out, "sim") {{ field(VAL, "{BIG}") }}'
        'record(int64in, "i") { field(SIMM, "YES") field(SIOL, "sim") field(SIMS, "MAJOR") }'
    )
    db.process("i")
    assert (db.get("i"), db.alarm("i")[:2]) == (BIG, ("MAJOR", "SIMM"))


def test_user_code_gives_all_64_bits(engine: StartEngine) -> None:
    db = engine('record(int64in, "i") { field(DTYP, "pydev") field(INP, "@2**62 + VAL") }')
    db.put("i.PROC", 1)
    assert db.get("i") == 2**62
    db.put("i.INP", "@2**63")
    db.put("i.PROC", 1)
    assert (db.get("i"), db.alarm("i")[:2]) == (2**62, ("INVALID", "CALC"))
