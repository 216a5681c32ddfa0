"""mbbi: an input of up to sixteen states."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

VALUE, PROPERTY = 1, 8  # DBE masks
RAW = 'field(DTYP, "Raw Soft Channel") field(INP, "in")'


@pytest.mark.parametrize(("raw", "state"), [(4, 0), (20, 1), (0xF7, 1), (8, 65535)])
def test_val_is_the_state_of_the_masked_and_shifted_raw_value(engine: StartEngine, raw: Any, state: str) -> None:
    db = engine(
        f'record(longin, "in") {{ field(VAL, "{raw}") }}'
        f'record(mbbi, "m") {{ {RAW} field(NOBT, "3") field(SHFT, "2") field(ZRVL, "1") field(ONVL, "5") }}'
    )
    db.process("m")
    assert db.get("m") == state


@pytest.mark.ours("its text does not go over the network")
def test_an_unknown_state_has_unsv_and_no_name(engine: StartEngine) -> None:
    db = engine(
        f'record(longin, "in") {{ field(VAL, "9") }}record(mbbi, "m") {{ {RAW} field(ONVL, "1") field(UNSV, "MAJOR") }}'
    )
    db.process("m")
    assert (db.alarm("m")[:2], db.text("m")) == (("MAJOR", "STATE"), "Illegal Value")


def test_without_states_val_is_the_raw_value(engine: StartEngine) -> None:
    db = engine(f'record(longin, "in") {{ field(VAL, "300") }} record(mbbi, "m") {{ {RAW} }}')
    db.process("m")
    assert db.get("m") == 300


def test_a_new_name_changes_the_choices(engine: StartEngine) -> None:
    db = engine('record(mbbi, "m") { field(ZRST, "a") }')
    watch = db.watch("m")
    db.put("m.ONST", "b")
    assert any(mask & PROPERTY for _, mask in watch.changes)
    assert db.put("m", "b") == "ok"
    db.put("m.ONST", "c")
    assert any(field == "VAL" and mask & VALUE for field, mask in watch.changes)  # the present state's name
    assert db.text("m") == "c"
