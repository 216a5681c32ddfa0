"""Several IOCs in one process: each is whole, and one that has stopped leaves nothing behind."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from tests.ioc_process import loopback
from tests.local_ioc import LocalIoc, eventually, written

PAIRS = 100
SERVED = 5  # one IOC of so many pairs has a server
WARM = 10  # pairs until all is imported and cached
DB = """
record(longin, "I:Own") { field(DTYP, "pydev") field(INP, "@own") field(FLNK, "I:Copy") }
record(longin, "I:Copy") { field(INP, "I:Own") field(SIOL, {"const": 5}) }
record(longin, "I:Event") { field(DTYP, "pydev") field(INP, "@pydev.iointr('tick')") field(SCAN, "I/O Intr") }
"""


def started(path: str, own: int, serve: bool) -> LocalIoc:
    ioc = Ioc(serve)
    ioc.environment.update(loopback())
    ioc.run_python(f"own = {own}")
    ioc.load_records(path)
    ioc.init()
    return LocalIoc(ioc)


def values(ioc: LocalIoc) -> tuple[object, ...]:
    return tuple(ioc.record(f"I:{name}").VAL for name in ("Own", "Copy", "Event"))


def two_at_once(path: str, turn: int) -> list[weakref.ref[Ioc]]:
    """Two that live at the same time, each with its own values; the first ends first, or the second."""
    pair = [started(path, 2 * turn, turn % SERVED == 0), started(path, 2 * turn + 1, False)]
    for ioc in pair:
        assert ioc.put("I:Own.PROC", 1) is None
        ioc.ioc.evaluator.events.publish("tick", turn)
    assert [ioc.call(values, ioc) for ioc in pair] == [(2 * turn,) * 2 + (turn,), (2 * turn + 1,) * 2 + (turn,)]
    for ioc in pair if turn % 2 else reversed(pair):
        ioc.ioc.stop()
    return [weakref.ref(ioc.ioc) for ioc in pair]


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.long
def test_two_at_once_100_times_leave_no_thread_descriptor_memory_or_ioc(tmp_path: Path) -> None:
    path = written(tmp_path / "two.db", DB)
    gone = [ioc for turn in range(WARM) for ioc in two_at_once(path, turn)]
    threads, files, before = threading.active_count(), descriptors(), objects()
    gone += [ioc for turn in range(WARM, PAIRS) for ioc in two_at_once(path, turn)]
    eventually(lambda: threading.active_count() <= threads, "all threads have ended")
    eventually(lambda: descriptors() <= files, "all descriptors are closed")
    assert objects() - before < 10_000, "objects that 180 IOCs have left, each of which has more than 1,000"
    assert sum(ioc() is not None for ioc in gone) <= 2, "the IOCs that stopped last are held until the next is made"
