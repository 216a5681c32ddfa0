"""waveform: an array input."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine


def test_a_constant_inp_is_the_first_value(engine: StartEngine) -> None:
    db = engine('record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "5") field(INP, [1.5, 2, 3]) }')
    assert db.get("w") == [1.5, 2.0, 3.0]
    assert (db.get("w.NORD"), db.get("w.UDF")) == (3, 0)


def test_a_put_sets_nord_and_what_is_beyond_nelm_is_cut(engine: StartEngine) -> None:
    db = engine('record(waveform, "w") { field(FTVL, "SHORT") field(NELM, "2") }')
    assert db.put("w", [1, 2, 3]) == "ok"
    assert (db.get("w"), db.get("w.NORD")) == ([1, 2], 2)


def test_a_waveform_of_one_element_is_a_scalar(engine: StartEngine) -> None:
    db = engine('record(waveform, "w") { field(FTVL, "STRING") field(NELM, "1") }')
    assert db.get("w") == ""
    assert db.put("w", "abc") == "ok"
    assert db.get("w") == "abc"


def test_a_scalar_link_reads_the_first_element_and_fails_when_there_is_none(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "w") { field(FTVL, "LONG") field(NELM, "3") }
        record(ai, "a") { field(INP, "w") }"""
    )
    db.process("a")
    assert db.alarm("a")[:2] == ("INVALID", "LINK")
    db.put("w", [7, 8])
    db.process("a")
    assert (db.get("a"), db.alarm("a")[0]) == (7.0, "NO_ALARM")


def test_numbers_become_text_with_the_precision_of_their_record(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "3") field(PREC, "2") field(INP, [1, 2.5]) }
        record(waveform, "t") { field(FTVL, "STRING") field(NELM, "3") field(INP, "w") }"""
    )
    db.process("t")
    assert db.get("t") == ["1.00", "2.50"]


def test_on_change_posts_only_when_the_array_differs(engine: StartEngine) -> None:
    db = engine(
        'record(waveform, "w") { field(FTVL, "LONG") field(NELM, "3")'
        ' field(MPST, "On Change") field(APST, "On Change") }'
    )
    db.put("w", [1, 2])
    hashed = db.get("w.HASH")
    watch = db.watch("w")
    db.put("w", [1, 2])
    assert (None, 0) in watch.changes
    assert db.get("w.HASH") == hashed
    db.put("w", [1, 3])
    assert (None, 3) in watch.changes


def test_simulation_reads_siol(engine: StartEngine) -> None:
    db = engine(
        """record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "3") field(INP, [1])
                                   field(SIMM, "YES") field(SIMS, "MINOR") field(SIOL, "s") }
        record(waveform, "s") { field(FTVL, "LONG") field(NELM, "3") field(INP, [8, 9]) }"""
    )
    db.process("w")
    assert db.get("w") == [8.0, 9.0]
    assert db.alarm("w")[:2] == ("MINOR", "SIMM")


def test_an_array_of_another_type_than_ftvl_is_no_initial_value(
    engine: StartEngine, caplog: pytest.LogCaptureFixture
) -> None:
    db = engine('record(waveform, "w") { field(FTVL, "LONG") field(NELM, "3") field(INP, ["a", "b"]) }')
    assert db.get("w") == []
    assert "w: constant array" in caplog.text
