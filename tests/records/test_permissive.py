"""permissive: two numbers for a client and a server to talk by."""

from __future__ import annotations

from tests.local_ioc import StartEngine


def test_values_are_kept_as_the_last_ones(engine: StartEngine) -> None:
    db = engine('record(permissive, "p") {}')
    db.put("p", 3)
    db.put("p.WFLG", 1)
    assert (db.get("p"), db.get("p.OVAL"), db.get("p.OFLG"), db.get("p.UDF")) == (3, 3, 1, 0)
