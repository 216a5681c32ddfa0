"""fanout: processes other records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

COUNTERS = "".join(f'record(calc, "n{x}") {{ field(CALC, "VAL+1") }}' for x in "03F")
LINKS = "".join(f'field(LNK{x}, "n{x}")' for x in "03F")


@pytest.mark.parametrize(
    ("selection", "counts", "severity"),
    [
        ("", [1, 1, 1], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "3")', [0, 1, 0], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "1") field(OFFS, "14")', [0, 0, 1], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "16")', [0, 0, 0], "INVALID"),
        ('field(SELM, "Mask") field(SELN, "4")', [0, 1, 0], "NO_ALARM"),  # SHFT is -1: bit 0 is LNK1
        ('field(SELM, "Mask") field(SELN, "9") field(SHFT, "0")', [1, 1, 0], "NO_ALARM"),
        ('field(SELM, "Mask") field(SELN, "9") field(SHFT, "16")', [0, 0, 0], "INVALID"),
    ],
)
def test_selm_says_which_links(engine: StartEngine, selection: str, counts: Any, severity: str) -> None:
    db = engine(COUNTERS + f'record(fanout, "f") {{ {LINKS} {selection} }}')
    db.process("f")
    assert [db.get(f"n{x}") for x in "03F"] == counts
    assert db.text("f.SEVR") == severity


def test_sell_gives_seln(engine: StartEngine) -> None:
    db = engine('record(longin, "in") { field(VAL, "5") } record(fanout, "f") { field(SELL, "in") }')
    db.process("f")
    assert db.get("f.SELN") == 5
