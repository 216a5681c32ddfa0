"""longin: a 32-bit integer that is read."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('record(ao, "in") { field(VAL, "3.7") }', 3),
        ('record(ao, "in") { field(VAL, "-3.7") }', -3),
        ('record(stringin, "in") { field(VAL, " 0x20") }', 32),
        ('record(bo, "in") { field(VAL, "1") }', 1),
        ('record(int64out, "in") { field(VAL, "4294967297") }', 1),  # the low 32 bits
    ],
)
def test_what_is_read_becomes_an_integer(engine: StartEngine, source: str, value: int) -> None:
    db = engine(source + 'record(longin, "l") { field(INP, "in") }')
    db.process("l")
    assert (db.get("l"), db.alarm("l")[:2]) == (value, ("NO_ALARM", "NO_ALARM"))


def test_a_constant_is_read_once_and_may_be_hexadecimal(engine: StartEngine) -> None:
    db = engine('record(longin, "l") { field(INP, "0x10") }')
    assert (db.get("l"), db.get("l.UDF")) == (16, 0)
    db.put("l", 3)
    db.process("l")
    assert db.get("l") == 3


def test_a_text_that_is_no_number_is_an_alarm_and_leaves_val(engine: StartEngine) -> None:
    db = engine('record(stringin, "in") { field(VAL, "abc") } record(longin, "l") { field(INP, "in") field(VAL, "5") }')
    db.process("l")
    assert (db.get("l"), db.alarm("l")[:2]) == (5, ("INVALID", "LINK"))


def test_a_deadband_as_wide_as_all_numbers(engine: StartEngine) -> None:
    db = engine('record(longin, "l") { field(MDEL, "2147483647") }')
    db.put("l", -2147483648)
    watch = db.watch("l")
    db.put("l", 2147483647)
    assert [mask & 1 for field, mask in watch.changes if field is None] == [1]


def test_simulation_reads_siol(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "sim") { field(VAL, "7.9") } record(ao, "in") { field(VAL, "1") }'
        'record(longin, "l") { field(INP, "in") field(SIML, "on") field(SIOL, "sim") field(SIMS, "MINOR") }'
        'record(bo, "on") {}'
    )
    db.process("l")
    assert (db.get("l"), db.alarm("l")[:2]) == (1, ("NO_ALARM", "NO_ALARM"))
    db.put("on", 1)
    db.process("l")
    assert (db.get("l"), db.get("l.SVAL"), db.alarm("l")[:2]) == (7, 7, ("MINOR", "SIMM"))


def test_aftc_holds_an_alarm_back_until_it_lasts(engine: StartEngine) -> None:
    db = engine(
        'record(longout, "in") {} record(longin, "l") { field(INP, "in") field(SCAN, "1 second") field(AFTC, "3")'
        ' field(HIGH, "5") field(HSV, "MINOR") }'
    )
    db.advance(5)
    db.put("in", 9)
    db.advance(1)
    assert (db.get("l"), db.alarm("l")[:2]) == (9, ("NO_ALARM", "NO_ALARM"))
    db.advance(10)
    assert db.alarm("l")[:2] == ("MINOR", "HIGH")
