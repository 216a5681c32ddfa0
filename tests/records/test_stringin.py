"""stringin: a short string as input."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


def test_a_number_is_read_with_its_precision_and_a_constant_as_it_is_written(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "in") { field(VAL, "1.5") field(PREC, "3") } record(stringin, "s") { field(INP, "in") }'
        'record(stringin, "c") { field(INP, "1.50") }'
    )
    db.process("s")
    assert (db.get("s"), db.get("c"), db.get("c.UDF")) == ("1.500", "1.50", 0)


@pytest.mark.ours("EPICS keeps half a character, which no client can decode")
def test_39_bytes_are_kept_and_no_half_character(engine: StartEngine) -> None:
    db = engine('record(stringin, "s") {}')
    db.put("s", "x" * 38 + "é")
    assert db.get("s") == "x" * 38


def test_mpst_posts_what_did_not_change(engine: StartEngine) -> None:
    db = engine('record(stringin, "a") { field(MPST, "Always") } record(stringin, "b") {}')
    always, on_change = db.watch("a"), db.watch("b")
    db.process("a")
    db.process("b")
    db.process("a")
    db.process("b")
    assert always.changes[-1] == (None, 1)
    assert on_change.changes[-1] == (None, 0)
