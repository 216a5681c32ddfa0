"""timestamp: its time stamp as text."""

from __future__ import annotations

import time

import pytest

from pydevpva.records.core.record import NEVER
from pydevpva.records.timestamp import FORMATS
from tests.local_ioc import StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")


@pytest.mark.parametrize("number", range(len(FORMATS)))
def test_each_format_shows_the_local_time(engine: StartEngine, number: int) -> None:
    db = engine(f'record(timestamp, "t") {{ field(TST, "{number}") }}')
    db.put("t.PROC", 1)
    stamp = db.call(lambda: db.record("t").TIME)
    expected = time.strftime(FORMATS[number].replace("%03f", "@"), time.localtime(stamp // 10**9))
    text = db.get("t")
    head, _, digits = text.rpartition(".")
    assert (f"{head}.@" if "@" in expected else text) == expected
    assert len(digits) == 3 or "@" not in expected
    assert db.get("t.RVAL") == (stamp - NEVER) // 10**9


def test_an_event_that_nobody_sends_has_no_time(engine: StartEngine) -> None:
    db = engine('record(timestamp, "t") { field(TSE, "5") }')
    db.put("t.PROC", 1)
    assert (db.get("t"), db.get("t.RVAL"), db.get("t.UDF")) == ("-NULL-", 0, 0)


def test_tse_2_is_the_clock_in_whole_seconds(engine: StartEngine) -> None:
    db = engine('record(timestamp, "t") { field(TSE, "-2") }')
    db.put("t.PROC", 1)
    assert db.call(lambda: db.record("t").TIME) % 10**9 == 0
    assert db.get("t.RVAL") > 0


def test_clients_are_told_when_the_text_changes(engine: StartEngine) -> None:
    db = engine('record(timestamp, "t") { field(TST, "HH:MM:SS") }')
    posts = db.posts("t")
    for seconds in (0, 1):
        db.advance(seconds)
        db.process("t")
        db.process("t")
    assert [mask & 1 for field, mask in posts.changes if field is None] == [1, 0, 1, 0]
