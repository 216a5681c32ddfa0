"""stringout: a short string as output."""

from __future__ import annotations

from tests.local_ioc import StartEngine


def test_an_undefined_value_is_invalid_and_replaced_by_ivov(engine: StartEngine) -> None:
    db = engine(
        'record(stringin, "out") {}'
        'record(stringout, "s") { field(OUT, "out") field(IVOA, "Set output to IVOV") field(IVOV, "none") }'
    )
    db.process("s")
    assert (db.get("s"), db.get("out"), db.alarm("s")[:2]) == ("none", "none", ("INVALID", "UDF"))


def test_a_state_is_set_by_its_name_and_a_wrong_name_is_an_alarm(engine: StartEngine) -> None:
    db = engine(
        'record(mbbo, "m") { field(ZRST, "slow") field(ONST, "fast") } record(stringout, "s") { field(OUT, "m PP") }'
    )
    db.put("s", "fast")
    assert (db.get("m"), db.alarm("s")[:2]) == (1, ("NO_ALARM", "NO_ALARM"))
    db.put("s", "faster")
    assert (db.get("m"), db.alarm("s")) == (1, ("INVALID", "LINK", "field OUT"))
