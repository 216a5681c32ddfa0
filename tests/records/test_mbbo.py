"""mbbo: an output of up to sixteen states."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

STATES = 'field(ZRST, "a") field(ONST, "b") field(ONVL, "7")'


def test_rval_is_the_states_value_shifted_and_masked_on_the_way_out(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "out") {}'
        f'record(mbbo, "m") {{ {STATES} field(SHFT, "1") field(NOBT, "2")'
        ' field(DTYP, "Raw Soft Channel") field(OUT, "out") }'
    )
    db.put("m", "b")
    assert (db.get("m.RVAL"), db.get("out")) == (14, 6)


@pytest.mark.ours("its text does not go over the network")
def test_a_value_beyond_the_states_is_not_written_as_raw(engine: StartEngine) -> None:
    db = engine(f'record(mbbo, "m") {{ {STATES} }}')
    db.put("m", 1)
    db.put("m", 17)
    assert (db.get("m.RVAL"), db.alarm("m")[:2], db.text("m")) == (7, ("INVALID", "SOFT"), "Illegal Value")


def test_without_states_val_is_a_number(engine: StartEngine) -> None:
    db = engine('record(mbbo, "m") {} record(stringin, "s") { field(INP, "m PP") }')
    db.put("m", "12")
    db.process("s")
    assert (db.get("m"), db.text("m"), db.get("s")) == (12, "12", "12")


def test_before_its_first_value_it_is_udf_and_has_no_time(engine: StartEngine) -> None:
    db = engine(f'record(mbbo, "m") {{ {STATES} }}')
    before = db.ioc.database.records["m"].TIME
    db.process("m")
    assert db.alarm("m")[:2] == ("INVALID", "UDF")
    assert db.ioc.database.records["m"].TIME == before


@pytest.mark.parametrize(
    ("text", "value"), [("2.5", 2), ("1 x", 1), ("0x2z", 2), ("3 x", 0), ("-1 x", 0), ("x1", 0), ("9" * 70 + "x", 0)]
)
def test_a_text_that_begins_with_the_number_of_a_state_is_that_state(
    engine: StartEngine, text: str, value: int
) -> None:
    db = engine('record(mbbo, "m") { field(ZRST, "zero") field(ONST, "one") field(TWST, "two") }')
    db.put("m", text)
    assert db.get("m") == value
