"""Scan lists: long ones let other work in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pydevpva.engine import scan
from pydevpva.engine.periodic import SLICE
from pydevpva.engine.scan import Scanner
from pydevpva.loop import Loop


def test_an_event_for_very_many_records_lets_other_work_in(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, seen = Loop("test"), []
    monkeypatch.setattr(scan, "process", lambda record: seen.append(record.PRIO))
    scanner = Scanner(loop, ("Passive", "Event"), lambda later: None)
    scanner.add_all([SimpleNamespace(SCAN=1, EVNT="go", PHAS=0, PRIO=n % 2) for n in range(1000)])  # type: ignore[misc]
    scanner.start()
    scanner.post_event("go")
    loop.submit(seen.append, "put")
    loop.run_until_idle()
    assert seen.index("put") <= SLICE
    assert [prio for prio in seen if prio != "put"] == [1] * 500 + [0] * 500
