"""sel: one of many inputs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

INPUTS = 'field(INPA, "3") field(INPB, "1") field(INPD, "2") field(INPE, "2.5")'


@pytest.mark.parametrize(
    ("mechanism", "value", "number"),
    [("High Signal", 3, 0), ("Low Signal", 1, 1), ("Median Signal", 2.5, 4), ("Specified", 2, 3)],
)
def test_the_mechanism_selects(engine: StartEngine, mechanism: str, value: Any, number: int) -> None:
    db = engine(f'record(sel, "s") {{ {INPUTS} field(SELM, "{mechanism}") field(NVL, "3") }}')
    db.process("s")
    assert (db.get("s"), db.get("s.SELN")) == (value, number)


def test_specified_reads_only_the_input_it_wants(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "v") { field(VAL, "7") } record(longin, "n") { field(VAL, "1") }'
        'record(sel, "s") { field(NVL, "n") field(INPA, "nowhere") field(INPB, "v") }'
    )
    db.process("s")
    assert (db.get("s"), db.text("s.SEVR")) == (7.0, "NO_ALARM")


def test_no_such_input_is_invalid_and_leaves_val(engine: StartEngine) -> None:
    db = engine(f'record(sel, "s") {{ {INPUTS} field(SELN, "12") }}')
    db.process("s")
    assert (db.get("s"), db.alarm("s")[:2]) == (0.0, ("INVALID", "SOFT"))


def test_without_any_input_the_median_is_undefined(engine: StartEngine) -> None:
    db = engine('record(sel, "s") { field(SELM, "Median Signal") }')
    db.process("s")
    assert (db.get("s.UDF"), db.alarm("s")[:2]) == (1, ("INVALID", "UDF"))
