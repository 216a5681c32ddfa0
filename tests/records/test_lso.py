"""lso: a long string as output."""

from __future__ import annotations

from tests.local_ioc import StartEngine

TEXT = "a text that is longer than the forty bytes of EPICS strings"


def test_a_text_goes_whole_to_long_strings_and_character_arrays(engine: StartEngine) -> None:
    db = engine(
        'record(lso, "a") { field(SIZV, "100") field(OUT, "b PP") }'
        'record(lso, "b") { field(SIZV, "100") field(OUT, "w PP") }'
        'record(waveform, "w") { field(FTVL, "CHAR") field(NELM, "100") }'
    )
    db.put("a", TEXT)
    assert db.get("b") == TEXT
    assert bytes(db.get("w")).split(b"\0")[0].decode() == TEXT


def test_closed_loop_reads_dol(engine: StartEngine) -> None:
    db = engine(
        'record(lso, "s") { field(OMSL, "closed_loop") field(DOL, "in") } record(stringin, "in") { field(VAL, "x") }'
    )
    db.process("s")
    assert (db.get("s"), db.get("s.LEN"), db.get("s.UDF")) == ("x", 2, 0)


def test_an_undefined_text_is_invalid(engine: StartEngine) -> None:
    db = engine('record(lso, "s") {}')
    db.process("s")
    assert db.alarm("s")[:2] == ("INVALID", "UDF")
