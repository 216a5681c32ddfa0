"""The clock of the pytest plugin begins users' code one piece at a time, between two passes of the database thread."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from pydevpva.testing.ordered_clock import OrderedClock
from tests.ioc_process import PATIENCE
from tests.local_ioc import eventually, running

DB = 'record(longout, "T:Code") { field(DTYP, "pydev") field(OUT, "@7") }'


def test_code_is_begun_where_nothing_wakes_the_database_thread_after_it(tmp_path: Path) -> None:
    clock, outcome = OrderedClock(), queue.SimpleQueue[str | None]()
    with running(tmp_path, DB, clock=clock) as ioc:
        database, held = ioc.database, threading.Event()
        database.loop.submit(held.wait)
        database.loop.submit(lambda: database.puts.put(database.find("T:Code"), 1, None, True, outcome.put))
        threading.Thread(target=clock.advance, args=(0.0,), daemon=True).start()
        eventually(lambda: database.loop.backlog() == 2, "the put and the clock in one pass")
        held.set()
        assert outcome.get(timeout=PATIENCE) is None
        assert ioc.get("T:Code") == 7
