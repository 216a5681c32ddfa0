"""Loop: order, timers on an injected clock, wrong threads, a fair share for timers."""

from __future__ import annotations

import logging
import re
import sys
import threading
import time

import pytest

from pydevpva.errors import Stopped, WrongThread
from pydevpva.loop import WORK_PER_PASS, Loop


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_work_runs_in_the_order_submitted_on_one_named_thread() -> None:
    loop, seen = Loop("worker"), []
    loop.start()
    for n in range(1000):
        loop.submit(lambda n=n: seen.append((n, threading.current_thread().name)))
    loop.call(lambda: None)
    assert seen == [(n, "worker") for n in range(1000)]
    assert loop.stop()


def test_timers_run_when_the_clock_says_so_in_order_of_time() -> None:
    clock = Clock()
    loop = Loop("test", clock)
    seen: list[str] = []
    loop.after(2, seen.append, "b")
    loop.after(1, seen.append, "a")
    cancelled = loop.after(1.5, seen.append, "never")
    cancelled.cancel()
    loop.run_until_idle()
    assert seen == []
    clock.now = 1.0
    loop.run_until_idle()
    assert seen == ["a"]
    clock.now = 5.0
    loop.run_until_idle()
    assert seen == ["a", "b"]


def test_a_timer_is_not_starved_by_work_that_submits_more_work() -> None:
    loop, count, fired = Loop("test"), [0], threading.Event()

    def flood() -> None:
        count[0] += 1
        if count[0] == 3 * WORK_PER_PASS:
            loop.after(0, fired.set)
        if not fired.is_set():
            loop.submit(flood)

    loop.start()
    loop.submit(flood)
    assert fired.wait(5)
    assert count[0] >= 3 * WORK_PER_PASS
    assert loop.stop()


def test_what_waits_for_the_end_of_a_pass_is_done_in_order_after_its_work_and_before_a_call_returns() -> None:
    loop, seen = Loop("test"), []

    def work() -> None:
        loop.at_end(lambda: seen.append("first out"))
        loop.at_end(lambda: 1 / 0)
        loop.at_end(lambda: seen.append("second out"))
        seen.append("work")

    loop.start()
    loop.call(work)
    assert seen == ["work", "first out", "second out"]
    assert loop.stop()


def test_an_error_in_one_piece_of_work_is_logged_and_the_next_runs(caplog: pytest.LogCaptureFixture) -> None:
    loop = Loop("test")
    loop.start()
    with caplog.at_level(logging.ERROR):
        loop.submit(lambda: 1 / 0)
        assert loop.call(lambda: 42) == 42
    assert "ZeroDivisionError" in caplog.text
    assert loop.stop()


def test_call_raises_what_the_work_raises_and_stopped_when_there_is_no_thread() -> None:
    loop = Loop("test")
    with pytest.raises(Stopped, match="the test thread is not running"):
        loop.call(lambda: 1)
    loop.start()
    with pytest.raises(ZeroDivisionError):
        loop.call(lambda: 1 / 0)
    with pytest.raises(WrongThread, match=r"MainThread.*belongs to 'test'"):
        loop.check_here()
    assert loop.call(loop.check_here) is None
    assert loop.stop()


def test_stop_gives_up_on_work_that_does_not_end() -> None:
    loop, gate = Loop("test"), threading.Event()
    loop.start()
    loop.submit(gate.wait, 10)
    assert not loop.stop(timeout=0.05)
    gate.set()
    assert loop.stop()


def test_a_timer_set_anew_again_and_again_does_not_pile_up() -> None:
    loop = Loop("test", clock=lambda: 0.0)
    for _ in range(10_000):
        timer = loop.after(3600.0, print)
        timer.cancel()
    kept = loop.after(1800.0, print)
    assert len(loop._timers) < 300
    assert list(loop._timers) == [kept]


def test_work_that_raises_systemexit_does_not_end_the_loop() -> None:
    loop = Loop("test")
    done: list[int] = []
    loop.submit(sys.exit)
    loop.submit(done.append, 1)
    loop.run_until_idle()
    assert done == [1]


def test_a_timer_that_is_due_in_ages_ends_no_thread() -> None:
    loop = Loop("worker")
    loop.start()
    loop.call(loop.after, 1e308, lambda: None)
    assert loop.call(lambda: "alive", timeout=10) == "alive"
    assert loop.stop()


def test_what_trickles_lets_other_work_in_after_each_step() -> None:
    loop = Loop("test")
    seen: list[object] = []
    loop.submit(loop.trickle, map(seen.append, "abc"))
    for n in range(3):
        loop.submit(seen.append, n)
    loop.run_until_idle()
    assert seen == ["a", 0, 1, 2, "b", "c"]


def test_what_goes_ahead_by_the_thousand_lets_other_work_in() -> None:
    loop = Loop("test")
    seen: list[object] = []
    loop.submit(seen.append, "put")
    for n in range(1000):
        loop.submit_next(seen.append, n)
    loop.run_until_idle()
    assert seen[: seen.index("put")] == list(range(10))
    assert [n for n in seen if n != "put"] == list(range(1000))


def busy(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Named:
    NAME = "X:long"

    def process(self) -> None:
        busy(0.06)


Named.__module__ = "pydevpva.records.named"


def test_a_piece_that_takes_long_is_told_once_with_what_it_was(caplog: pytest.LogCaptureFixture) -> None:
    loop = Loop("database")
    loop.start()
    loop.call(loop.pieces.watch)
    loop.submit(time.sleep, 0.1)  # the thread waits: that is not its work
    loop.submit(busy, 0.01)
    loop.call(busy, 0.01)
    assert loop.pieces.longest.endswith(" ms: busy")
    for _ in range(3):
        loop.submit(Named().process)
    assert loop.stop(10)
    (text,) = [record.getMessage() for record in caplog.records if record.name == "pydevpva.pieces"]
    assert re.fullmatch(
        r"the database thread was busy for 0\.\d\d s, and everybody waited: Named\.process X:long", text
    )
