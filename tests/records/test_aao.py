"""aao: an array output."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


def test_a_put_is_written_to_out(engine: StartEngine) -> None:
    db = engine(
        """record(aao, "o") { field(FTVL, "DOUBLE") field(NELM, "4") field(OUT, "w PP") }
        record(waveform, "w") { field(FTVL, "LONG") field(NELM, "2") }"""
    )
    assert db.put("o", [1.5, 2.5, 3.5]) == "ok"
    assert (db.get("w"), db.get("w.NORD")) == ([1, 2], 2)


def test_closed_loop_takes_dol(engine: StartEngine) -> None:
    db = engine(
        """record(aao, "o") { field(FTVL, "LONG") field(NELM, "4") field(OMSL, "closed_loop") field(DOL, "w") }
        record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "4") field(INP, [1, 2, 3]) }"""
    )
    db.process("o")
    assert db.get("o") == [1, 2, 3]


@pytest.mark.ours("EPICS lets the put wait for ever")
def test_a_dol_that_fails_ends_the_processing_and_a_waiting_put_is_answered(engine: StartEngine) -> None:
    db = engine(
        'record(aao, "o") { field(FTVL, "LONG") field(NELM, "4") field(OMSL, "closed_loop") field(DOL, "nowhere") }'
    )
    assert db.put("o.PROC", 1) == "ok"
    assert db.alarm("o")[1] == "UDF"
