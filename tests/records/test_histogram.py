"""histogram: how often a value fell into each range."""

from __future__ import annotations

from tests.local_ioc import StartEngine

HISTOGRAM = 'record(histogram, "h") { field(NELM, "5") field(LLIM, "0") field(ULIM, "10") %s }'


def test_each_put_to_sgnl_counts_in_its_range(engine: StartEngine) -> None:
    db = engine(HISTOGRAM % "")
    for value in (0, 2, 2.01, 9.9, 10, -1):
        db.put("h.SGNL", value)
    assert db.get("h") == [2, 1, 0, 0, 1]


def test_processing_counts_svl(engine: StartEngine) -> None:
    db = engine(HISTOGRAM % 'field(SVL, "a")' + 'record(ai, "a") { field(VAL, "5") }')
    db.process("h")
    assert (db.get("h"), db.get("h.SGNL")) == ([0, 0, 1, 0, 0], 5.0)


def test_cmd_stops_starts_and_clears(engine: StartEngine) -> None:
    db = engine(HISTOGRAM % "")
    db.put("h.CMD", "Stop")
    db.put("h.SGNL", 1)
    assert db.get("h") == [0] * 5
    db.put("h.CMD", "Start")
    db.put("h.SGNL", 1)
    assert db.get("h") == [1, 0, 0, 0, 0]
    db.put("h.CMD", "Clear")
    assert (db.get("h"), db.text("h.CMD")) == ([0] * 5, "Read")


def test_new_limits_clear(engine: StartEngine) -> None:
    db = engine(HISTOGRAM % "")
    db.put("h.SGNL", 1)
    db.put("h.ULIM", 20)
    assert (db.get("h"), db.get("h.WDTH")) == ([0] * 5, 4.0)


def test_sdel_posts_what_mdel_holds_back(engine: StartEngine) -> None:
    db = engine(HISTOGRAM % 'field(MDEL, "100") field(SDEL, "0.02") field(SVL, "3")')
    watch = db.watch("h")
    db.process("h")
    db.advance(0.01)
    assert (None, 3) not in watch.changes
    db.advance(0.01)
    assert (None, 3) in watch.changes
    assert db.get("h.MCNT") == 0


def test_user_python_may_be_counted(engine: StartEngine) -> None:
    db = engine(HISTOGRAM % 'field(DTYP, "pydev") field(SVL, "@2+2")')
    assert db.put("h.PROC", 1) == "ok"
    assert db.get("h") == [0, 1, 0, 0, 0]
