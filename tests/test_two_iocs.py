"""Several IOCs in one process: each is whole, and one that has stopped leaves nothing behind."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

from pydevpva.ioc import Ioc
from tests.local_ioc import LocalIoc, eventually, written

PAIRS = 100
DB = """
record(longin, "I:Own") { field(DTYP, "pydev") field(INP, "@own") field(FLNK, "I:Copy") }
record(longin, "I:Copy") { field(INP, "I:Own") field(SIOL, {"const": 5}) }
record(longin, "I:Event") { field(DTYP, "pydev") field(INP, "@pydev.iointr('tick')") field(SCAN, "I/O Intr") }
"""


def started(path: str, own: int) -> LocalIoc:
    ioc = Ioc(serve=False)
    ioc.run_python(f"own = {own}")
    ioc.load_records(path)
    ioc.init()
    return LocalIoc(ioc)


def values(ioc: LocalIoc) -> tuple[object, ...]:
    return tuple(ioc.record(f"I:{name}").VAL for name in ("Own", "Copy", "Event"))


def test_two_at_once_100_times(tmp_path: Path) -> None:
    path = written(tmp_path / "two.db", DB)
    before = threading.active_count()
    gone: list[weakref.ref[Ioc]] = []
    for turn in range(PAIRS):
        pair = [started(path, 2 * turn), started(path, 2 * turn + 1)]
        for ioc in pair:
            assert ioc.put("I:Own.PROC", 1) is None
            ioc.ioc.evaluator.events.publish("tick", turn)
        assert [ioc.call(values, ioc) for ioc in pair] == [(2 * turn,) * 2 + (turn,), (2 * turn + 1,) * 2 + (turn,)]
        for ioc in pair if turn % 2 else reversed(pair):
            ioc.ioc.stop()
            gone.append(weakref.ref(ioc.ioc))
    del ioc, pair
    eventually(lambda: threading.active_count() == before, "all threads have ended")
    gc.collect()
    assert sum(ioc() is not None for ioc in gone) <= 2, "the IOCs that stopped last are held until the next is made"
