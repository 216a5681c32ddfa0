"""The clock that is moved by hand: scans, delays, stamps and user code in the order of time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pydevpva.clock import ManualClock
from pydevpva.ioc import Ioc
from tests.local_ioc import Serve, StartEngine, local_ioc


def counter(name: str, *fields: str) -> str:
    return f'record(calc, "{name}") {{ field(CALC, "VAL+1") {" ".join(fields)} }}\n'


@pytest.mark.long
def test_ten_thousand_seconds_of_scans_take_none(engine: StartEngine) -> None:
    db = engine(counter("x", 'field(SCAN, "1 second") field(FLNK, "y")') + counter("y") + counter("still"))
    began = time.process_time()
    db.advance(10_000)
    assert (db.get("x"), db.get("y"), db.get("still")) == (10_000, 10_000, 0)
    assert time.process_time() - began < 3  # 0.9 where it is alone


def test_all_periods_go_by_it_and_a_tenth_does_not_add_up_to_less(engine: StartEngine) -> None:
    periods = {"a": ".1", "b": ".2", "c": ".5", "d": "1", "e": "2", "f": "5", "g": "10"}
    db = engine("".join(counter(name, f'field(SCAN, "{period} second")') for name, period in periods.items()))
    db.advance(100)
    assert [db.get(name) for name in periods] == [1000, 500, 200, 100, 50, 20, 10]


def test_time_stamps_go_by_it(engine: StartEngine) -> None:
    db = engine(counter("x", 'field(SCAN, "1 second")'))
    db.advance(1)
    first = db.record("x").TIME
    assert abs(first - 10**9 - time.time_ns()) < 60e9
    db.advance(3600)
    assert db.record("x").TIME - first == 3600 * 10**9


def test_user_code_is_home_before_time_goes_on(tmp_path: Path) -> None:
    db = (
        'record(longin, "p") { field(DTYP, "pydev") field(INP, "@seen.append(VAL) or VAL + 1")'
        ' field(SCAN, "1 second") field(FLNK, "after") }' + counter("after")
    )
    with local_ioc(tmp_path, db, "seen = []") as ioc:
        ioc.advance(500)
        assert (ioc.get("p"), ioc.get("after")) == (500, 500)
        assert ioc.ioc.evaluator.namespace["seen"] == list(range(500))


def test_a_database_thread_that_does_not_come_back_is_said_with_its_place(tmp_path: Path) -> None:
    with local_ioc(tmp_path, counter("x")) as ioc:
        assert ioc.clock is not None
        gate = threading.Event()
        ioc.ioc.database.loop.submit(gate.wait)
        try:
            with pytest.raises(TimeoutError, match=r"database thread, which is at wait \(.*threading.py:\d+\) in "):
                ioc.clock.advance(1, timeout=0.1)
        finally:
            gate.set()


def test_delays_and_scans_happen_in_the_order_of_time(engine: StartEngine) -> None:
    db = engine(
        'record(bo, "pulse") { field(HIGH, "1.05") }'
        'record(calc, "x") { field(CALC, "VAL*2+A") field(INPA, "pulse") field(SCAN, "1 second") }'
    )
    db.put("pulse", 1)
    db.advance(3)
    assert (db.get("pulse"), db.get("x")) == (0, 4)  # 1, then 2 and 4 without the pulse


def test_it_stands_still_while_nobody_moves_it(engine: StartEngine) -> None:
    db = engine(counter("x", 'field(SCAN, ".1 second")'))
    for _ in range(100):
        db.put("x.DESC", "busy")
    assert db.get("x") == 0


def test_moves_add_up(engine: StartEngine) -> None:
    db = engine(counter("x", 'field(SCAN, "1 second")'))
    db.advance(2)
    db.advance(0)
    db.advance(2.5)
    db.advance(0.5)
    assert (db.get("x"), db.clock and db.clock()) == (5, 5.0)


def test_user_code_that_does_not_end_is_a_timeout(tmp_path: Path) -> None:
    db = 'record(ao, "p") { field(DTYP, "pydev") field(OUT, "@gate.wait(20)") }'
    with local_ioc(tmp_path, db, "import threading; gate = threading.Event()") as ioc:
        answer = ioc.begin_put("p", 1)
        assert ioc.clock is not None
        with pytest.raises(TimeoutError, match=r"0\.0 of 1\.0 s after 0\.05 s: 1 piece of users' code did not end"):
            ioc.clock.advance(1, timeout=0.05)
        ioc.ioc.evaluator.namespace["gate"].set()
        assert answer() is None


def test_a_clock_belongs_to_one_ioc() -> None:
    clock = ManualClock()
    with pytest.raises(RuntimeError, match="belongs to no IOC yet"):
        clock.advance(1)
    Ioc(serve=False, clock=clock)
    with pytest.raises(RuntimeError, match="each has one of its own"):
        Ioc(serve=False, clock=clock)


def test_clients_are_told_of_what_it_brings(serve: Serve) -> None:
    clock = ManualClock()
    served = serve(counter("x", 'field(SCAN, "10 second")'), clock=clock)
    with served.watch("x") as watch:
        assert watch.next().value == 0
        served.advance(60)
        last = watch.until(lambda update: update.value == 6)
    assert (last.timeStamp.secondsPastEpoch, last.timeStamp.nanoseconds) == divmod(clock.time_ns(), 10**9)
