"""Which events are the same, and what I/O Intr needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.engine.scan import event_name
from tests.local_ioc import local_ioc


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("go", "go"), (" go ", "go"), ("5", "5"), ("5.7", "5"), ("1e1", "10"), ("0x10", "16"), ("255.9", "255"),
        ("256", "256"), ("0", ""), ("0.5", ""), ("", ""), ("-1", "-1"), ("5 go", "5 go"), ("inf", "inf"),
    ],
)  # fmt: skip
def test_names_of_events(text: str, event: str) -> None:
    assert event_name(text) == event


def test_an_event_record_posts_by_name(tmp_path: Path) -> None:
    db = """record(calc, "c") { field(SCAN, "Event") field(EVNT, "3") field(CALC, "VAL+1") }
    record(event, "e") { }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("e", "3.99")
        ioc.put("e.PROC", 1)
        assert ioc.until("c", bool) == 1


@pytest.mark.parametrize("rtype", ["histogram", "calc", "ai", "seq"])
def test_io_intr_needs_device_support_with_interrupts(tmp_path: Path, rtype: str) -> None:
    with local_ioc(tmp_path, f'record({rtype}, "r") {{ field(SCAN, "I/O Intr") }}') as ioc:
        assert ioc.text("r.SCAN") == "Passive"
