"""bo: a two-state output."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine


def test_high_makes_a_pulse(engine: StartEngine) -> None:
    db = engine('record(bo, "b") { field(HIGH, "0.05") field(FLNK, "n") } record(calc, "n") { field(CALC, "VAL+1") }')
    db.put("b", 1)
    db.advance(0.04)
    assert (db.get("b"), db.get("n")) == (1, 1.0)
    db.advance(0.01)
    assert (db.get("b"), db.get("n")) == (0, 2.0)


def test_rval_is_mask_or_the_value(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "out") {} record(bo, "p") {}'
        'record(bo, "m") { field(MASK, "0x10") field(DTYP, "Raw Soft Channel") field(OUT, "out") }'
    )
    db.put("m", 1)
    db.put("p", 1)
    assert (db.get("m.RVAL"), db.get("out"), db.get("p.RVAL")) == (16, 16, 1)


@pytest.mark.parametrize(
    ("ivoa", "written"), [("Continue normally", 1), ("Don't drive outputs", 9), ("Set output to IVOV", 0)]
)
def test_ivoa_decides_for_an_invalid_state(engine: StartEngine, ivoa: str, written: Any) -> None:
    db = engine(
        'record(longin, "out") { field(VAL, "9") }'
        f'record(bo, "b") {{ field(OSV, "INVALID") field(IVOA, "{ivoa}") field(IVOV, "0") field(OUT, "out") }}'
    )
    db.put("b", 1)
    assert db.get("out") == written


def test_a_constant_dol_is_0_or_1_a_link_any_number(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "in") { field(VAL, "3") } record(bo, "c") { field(DOL, "5") }'
        'record(bo, "l") { field(OMSL, "closed_loop") field(DOL, "in") }'
    )
    db.process("l")
    assert (db.get("c"), db.get("l")) == (1, 3)
