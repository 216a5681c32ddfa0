"""A waiting put that would wait for itself is an error within a second, and no other is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pydev
from pydevpva.errors import PutError
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

DB = """
record(longin, "D:Itself") { field(DTYP, "pydev") field(INP, "@put('D:Itself.PROC', 1)") }
record(longin, "D:ToCode") { field(DTYP, "pydev") field(INP, "@put('D:Code', 1)") }
record(longout, "D:Code") { field(DTYP, "pydev") field(OUT, "@VAL") }
record(longin, "D:ToChain") { field(DTYP, "pydev") field(INP, "@put('D:Soft', 1)") }
record(longout, "D:Soft") { field(FLNK, "D:Soft2") }
record(longout, "D:Soft2") { field(FLNK, "D:Code") }
record(longin, "D:ToSoft") { field(DTYP, "pydev") field(INP, "@put('D:Alone', 1)") }
record(longout, "D:Alone") { }
record(longin, "D:ToOut") { field(DTYP, "pydev") field(INP, "@put('D:Async', 1)") }
record(longout, "D:Async") { field(DTYP, "Async Soft Channel") field(OUT, "D:Code.VAL CA") }
record(longin, "D:Ping") { field(DTYP, "pydev") field(INP, "@meet() + put('D:Pong.PROC', 1)") }
record(longin, "D:Pong") { field(DTYP, "pydev") field(INP, "@meet() + put('D:Ping.PROC', 1)") }
record(longin, "D:Joins") { field(DTYP, "pydev") field(INP, "@joined('D:Code', 1)") }
"""


class Errors:
    """What the records' code calls; it keeps what a put raised."""

    def __init__(self) -> None:
        self.raised: dict[str, str] = {}
        self.took = 0.0
        self.barrier = threading.Barrier(2)
        self.met = False

    def put(self, name: str, value: int) -> int:
        record, _, field = name.partition(".")
        began = time.monotonic()
        try:
            pydev.record(record).put(value, field or "VAL", wait=True)
        except PutError as error:
            self.raised[name] = str(error)
            self.took = max(self.took, time.monotonic() - began)
        return 0

    def joined(self, name: str, value: int) -> int:
        thread = threading.Thread(target=self.put, args=(name, value))
        thread.start()
        thread.join()
        return 0

    def meet(self) -> int:
        """Both are here; later runs, by the put that was waited for, are not held up."""
        if not self.met:
            self.barrier.wait(PATIENCE)
            self.met = True
        return 0


@pytest.fixture
def errors() -> Errors:
    return Errors()


@pytest.fixture
def ioc(tmp_path: Path, threads: int, errors: Errors) -> Iterator[LocalIoc]:
    with running(tmp_path, DB) as ioc:
        ioc.evaluator.namespace.update(put=errors.put, joined=errors.joined, meet=errors.meet)
        yield LocalIoc(ioc)


@pytest.mark.parametrize(
    ("record", "target", "most"),
    [
        ("Itself", "D:Itself.PROC", 4),  # for all these numbers of threads it would wait for itself
        ("ToCode", "D:Code", 1),
        ("ToChain", "D:Soft", 1),
        ("ToOut", "D:Async", 1),
        ("Joins", "D:Code", 1),
        ("ToSoft", "D:Alone", 0),
    ],
)
def test_from_a_link(ioc: LocalIoc, threads: int, errors: Errors, record: str, target: str, most: int) -> None:
    pydev.record(f"D:{record}").process(wait=True, timeout=PATIENCE)
    if threads <= most:
        assert f"{target}: would wait for itself: the code of D:" in errors.raised.pop(target)
        assert errors.took < 1
    assert errors.raised == {}


def test_two_that_wait_for_each_other(ioc: LocalIoc, threads: int, errors: Errors) -> None:
    if threads == 1:
        pytest.skip("they never run at once")
    pydev.record("D:Ping").process()
    pydev.record("D:Pong").process(wait=True, timeout=PATIENCE)
    assert set(errors.raised) & {"D:Ping.PROC", "D:Pong.PROC"}, "one gives up at least"
    assert errors.took < 1


def test_from_a_subscription(ioc: LocalIoc, threads: int, errors: Errors) -> None:
    over = threading.Event()

    def callback(update: Any) -> None:
        errors.put("D:Soft", 2)
        over.set()

    pydev.record("D:Alone").subscribe(callback)
    assert over.wait(PATIENCE)
    assert ("D:Soft" in errors.raised) == (threads == 1)


def test_who_waits_behind_one_at_fault_is_told_nothing(ioc: LocalIoc, threads: int, errors: Errors) -> None:
    pydev.record("D:Itself").process(wait=True, timeout=PATIENCE)
    assert list(errors.raised) == ["D:Itself.PROC"]


def test_all_threads_wait_for_code_that_none_is_left_for(ioc: LocalIoc, threads: int, errors: Errors) -> None:
    """As many records as there are threads, each of which puts to code."""
    barrier = threading.Barrier(threads)
    over = threading.Semaphore(0)

    def callback(update: Any) -> None:
        barrier.wait(PATIENCE)
        errors.put("D:Code", 3)
        over.release()

    for _ in range(threads):
        pydev.record("D:Alone").subscribe(callback)
    for _ in range(threads):
        assert over.acquire(timeout=PATIENCE)
    assert list(errors.raised) == ["D:Code"]
    assert errors.took < 1


def test_slow_code_is_no_deadlock(ioc: LocalIoc, threads: int, errors: Errors) -> None:
    free = threading.Event()
    ioc.ioc.evaluator.namespace["put"] = lambda name, value: free.wait(PATIENCE) and 5
    timer = threading.Timer(0.6, free.set)
    timer.start()
    errors.put("D:ToCode.PROC", 1)
    timer.join()
    assert errors.raised == {}
    assert pydev.record("D:ToCode").value == 5
