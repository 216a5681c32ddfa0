"""aai: an array input."""

from __future__ import annotations

from tests.local_ioc import StartEngine


def test_it_reads_inp_into_its_own_type(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "5") field(INP, [1.9, -2.9, 3]) }
        record(aai, "a") { field(FTVL, "LONG") field(NELM, "2") field(INP, "w") }"""
    )
    db.process("a")
    assert (db.get("a"), db.get("a.NORD")) == ([1, -2], 2)


def test_a_link_that_fails_keeps_the_value(engine: StartEngine) -> None:
    db = engine('record(aai, "a") { field(FTVL, "LONG") field(NELM, "2") field(INP, "nowhere") }')
    db.put("a", [4, 5])
    assert db.get("a") == [4, 5]
    assert db.alarm("a")[:2] == ("INVALID", "LINK")
