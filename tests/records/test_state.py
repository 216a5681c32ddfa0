"""state: a short string."""

from __future__ import annotations

from tests.local_ioc import StartEngine


def test_19_bytes_are_kept_and_posted_when_changed(engine: StartEngine) -> None:
    db = engine('record(state, "s") {}')
    watch = db.watch("s")
    db.put("s", "0123456789abcdefghijkl")
    db.process("s")
    assert (db.get("s"), db.get("s.OVAL")) == ("0123456789abcdefghi", "0123456789abcdefghi")
    assert [mask for field, mask in watch.changes if field is None][-2:] == [7, 0]
