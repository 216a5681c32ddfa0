"""mbbiDirect: bits of an input."""

from __future__ import annotations

from tests.local_ioc import StartEngine


def test_bits_follow_the_masked_and_shifted_raw_value(engine: StartEngine) -> None:
    db = engine(
        'record(longin, "in") { field(VAL, "0x1f8") }'
        'record(mbbiDirect, "m") { field(DTYP, "Raw Soft Channel") field(INP, "in") field(NOBT, "3") field(SHFT, "4") }'
    )
    db.process("m")
    assert [db.get(f"m.B{i}") for i in range(4)] == [1, 1, 1, 0]
    assert (db.get("m"), db.get("m.RVAL")) == (7, 0x70)


def test_val_is_signed(engine: StartEngine) -> None:
    db = engine('record(int64in, "in") { field(VAL, "4294967295") } record(mbbiDirect, "m") { field(INP, "in") }')
    db.process("m")
    assert (db.get("m"), db.get("m.B1F")) == (-1, 1)
