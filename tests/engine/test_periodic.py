"""The records of one period: which passes are skipped, and what is said of them."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from pydevpva.engine import periodic as module
from pydevpva.engine.periodic import Periodic
from pydevpva.loop import Loop


class Time:
    """The loop's clock and the time its thread has worked, both moved by hand."""

    now = worked = 0.0

    def clock(self) -> float:
        return self.now

    def work(self) -> float:
        return self.worked


def late_list(records: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> Periodic:
    """A ".1 second" list whose records take so long in all, on a machine that always comes 0.25 s late."""
    time = Time()

    def process(record: Any) -> None:
        time.worked += seconds / records

    monkeypatch.setattr(module, "process", process)
    loop = Loop("test", time.clock)
    periodic = Periodic(loop, 0.1, ".1 second", lambda later: None, time.work)
    for _ in range(records):
        periodic.add(SimpleNamespace(PHAS=0, runs_python=False))  # type: ignore[arg-type]
    periodic.start()
    for _ in range(20):
        time.now += 0.35
        loop.run_until_idle()
    return periodic


def test_records_that_run_python_and_are_late_hold_up_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    soft: list[float] = []
    python: list[float] = []

    def process(record: Any) -> None:
        (python if record.runs_python else soft).append(round(time.now, 6))
        time.now += 0.001 if record.runs_python else 0.0
        if time.now > 3:
            periodic.stop()

    monkeypatch.setattr(module, "process", process)
    loop = Loop("test", time.clock)
    periodic = Periodic(loop, 0.1, ".1 second", lambda later: None, time.work)
    periodic.extend([SimpleNamespace(PHAS=n == 300, runs_python=n < 300) for n in range(301)])  # type: ignore[misc]
    periodic.start()
    time.now = 0.1
    loop.run_until_idle()
    assert len(python) > 9 * 300  # a pass takes 0.3 s
    assert max(later - earlier for earlier, later in pairwise(soft)) < 0.21


def test_an_empty_list_is_never_late(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    assert late_list(0, 0.0, monkeypatch).overruns == 0
    assert caplog.messages == []


def test_a_short_list_that_is_late_blames_the_machine(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert late_list(3, 0.0006, monkeypatch).overruns > 10
    (text,) = caplog.messages
    assert text.startswith('scan ".1 second" is late, 1')
    assert text.endswith("though its 3 records take 0.6 ms: the machine is busy with something else")


def test_a_list_that_takes_longer_than_its_period_cannot_keep_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    late_list(500, 0.2, monkeypatch)
    (text,) = caplog.messages
    assert text.startswith('scan ".1 second" cannot keep up: 500 records, 1')


def test_a_list_without_records_has_no_timer_and_keeps_its_rhythm(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    processed: list[float] = []
    monkeypatch.setattr(module, "process", lambda record: processed.append(time.now))
    loop = Loop("test", time.clock)
    periodic = Periodic(loop, 10, "10 second", lambda later: None, time.work)
    record: Any = SimpleNamespace(PHAS=0, runs_python=False)

    def pass_time(until: int) -> None:
        while time.now < until:
            time.now += 1
            loop.run_until_idle()

    periodic.start()
    assert not loop._timers
    pass_time(23)
    periodic.add(record)
    pass_time(45)
    assert processed == [30, 40]
    periodic.remove(record)
    pass_time(60)
    periodic.add(record)
    pass_time(69)
    assert processed == [30, 40]
    pass_time(70)
    periodic.stop()
    pass_time(90)
    assert processed == [30, 40, 70]
