"""event: posts a named event."""

from __future__ import annotations

from tests.local_ioc import StartEngine


def test_records_that_scan_on_the_event_process(engine: StartEngine) -> None:
    db = engine(
        'record(event, "e") { field(VAL, "go") }'
        'record(calc, "n") { field(CALC, "VAL+1") field(SCAN, "Event") field(EVNT, "go") }'
    )
    watch = db.watch("n")
    db.process("e")
    watch.wait_for_value(1.0)
    db.put("e", "other")
    db.process("e")
    assert db.get("n") == 1.0


def test_the_name_may_come_from_a_link(engine: StartEngine) -> None:
    db = engine(
        'record(stringin, "name") { field(VAL, "go") } record(event, "e") { field(INP, "name") }'
        'record(calc, "n") { field(CALC, "VAL+1") field(SCAN, "Event") field(EVNT, "go") }'
    )
    watch = db.watch("n")
    db.process("e")
    watch.wait_for_value(1.0)
    assert db.get("e") == "go"
