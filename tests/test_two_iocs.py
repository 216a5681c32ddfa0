"""Several IOCs in one process: each is whole, and one that has stopped leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import sys
import threading
import weakref
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from tests.ioc_process import PATIENCE, loopback
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


LATER = """
record(ao, "I:Await") { field(DTYP, "pydev") field(OUT, "@await asyncio.sleep(0.001, VAL + 1)") }
record(ao, "I:Apart") { field(DTYP, "pydev") field(OUT, "@notebook_work.add(VAL, 1)") }
record(ao, "I:Ramp") { field(DTYP, "pydev") field(OUT, "@ramp.start(VAL)") }
record(ao, "I:Hangs") { field(DTYP, "pydev") field(OUT, "@await asyncio.sleep(1000)") }
"""
CELL = """
import asyncio, notebook_work
@pydev.Program("ramp")
async def ramp(program, value):
    await program.step("ramp")
    return value + 1
async def forever():
    while True: await asyncio.sleep(1)
pydev.start(forever(), name="forever")
"""
WORK = """
import pydev
@pydev.in_process
def add(one, other): return one + other
"""
NAMES = ("I:Await", "I:Apart", "I:Ramp")
NOTEBOOKS, APART = 100, 10  # turns; one of so many runs its function in a process, which takes a while to start


@pytest.mark.long
@pytest.mark.process
@pytest.mark.timeout(600)
def test_two_at_once_100_times_in_a_notebook_leave_no_process_thread_or_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a notebook an asyncio loop runs on this thread, and each IOC has a loop, programs and processes."""
    path = written(tmp_path / "later.db", LATER)
    (tmp_path / "notebook_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYDEV_NUM_PROCESSES", "1")

    def ioc() -> Ioc:
        made = Ioc(serve=False)
        made.run_python(CELL)
        made.load_records(path)
        made.init()
        return made

    async def cell(turn: int) -> None:
        pair = [ioc(), ioc()]
        for n, one in enumerate(pair):
            for name in NAMES if turn % APART == 0 else ("I:Await", "I:Ramp"):
                one.put(name, turn + n, wait=True, timeout=PATIENCE)
                assert one.get(name) == turn + n + 1
            one.put("I:Hangs", 1)
        for one in pair if turn % 2 else reversed(pair):
            one.stop()

    asyncio.run(cell(0))
    threads, files = threading.active_count(), descriptors()
    for turn in range(1, NOTEBOOKS):
        asyncio.run(cell(turn))
    sys.modules.pop("notebook_work", None)
    eventually(lambda: threading.active_count() <= threads, "all threads have ended")
    eventually(lambda: descriptors() <= files, "all descriptors are closed")
    assert multiprocessing.active_children() == []
    assert [name for name in os.listdir("/dev/shm") if name.startswith(f"pydevpva-{os.getpid()}-")] == []
