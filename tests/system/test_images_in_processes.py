"""Images of 2 MiB go through two worker processes: in order, bounded, and what is lost is counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context

from pydevpva.pva.types.decode import image_of
from tests.clients import Watch
from tests.ioc_process import ROOT, ServerProcess, Starter

INFLIGHT = (ROOT / "examples" / "cluster" / "inflight.py").read_text()
WORK = """
import os, time
import numpy as np
import pydev
@pydev.in_process
def invert(pixels):
    time.sleep(0.03 if pixels[0, 0] % 3 else 0.06)  # later ones overtake
    made = 65535 - pixels
    made[0, 1] = os.getpid() % 65536
    return made
def frame(number): return pydev.NDArray(np.full((1024, 1024), number, "u2"), unique_id=number)
"""
DB = """
record(longout, "Publish") { field(DTYP, "pydev") field(OUT, "@pydev.iointr('camera', frame(VAL))") }
record(ndarray, "Frame") { field(DTYP, "pydev") field(INP, "@pydev.iointr('camera')") field(SCAN, "I/O Intr") }
record(ndarray, "Sent") { field(DTYP, "pydev") field(INP, "@frames.take(A)") field(INPA, "Frame CP") }
record(ndarray, "Made") { field(DTYP, "pydev") field(INP, "@pydev.iointr('made')") field(SCAN, "I/O Intr") }
record(longin, "Count") { field(DTYP, "pydev") field(INP, "@pydev.iointr('made:count')") field(SCAN, "I/O Intr") }
"""
MOST = 4


@pytest.fixture
def ioc(start: Starter) -> ServerProcess:
    start.file("inflight.py", INFLIGHT)
    folder = start.file("image_work.py", WORK).parent
    startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'epicsEnvSet("PYDEV_NUM_PROCESSES","2")']
    startup += ['pydev("from image_work import *; from inflight import InFlight")']
    startup += [f"pydev(\"frames = InFlight(invert, name='made', most={MOST})\")"]
    return start.pydevpva(db=DB, startup=startup)


def test_in_order_and_never_more_than_so_many_and_what_is_dropped_is_counted(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)

    def publish(number: int) -> None:
        client.put("Publish", {"value": number}, wait=True, get=False, timeout=30)

    with Watch(client, "Made") as made, Watch(client, "Count") as counts:
        publish(1)
        first = made.until(lambda update: update.uniqueId == 1, timeout=30)  # the workers are there
        assert image_of(first).shape == (1024, 1024)
        for number in range(2, 12):  # one at a time: none is lost
            publish(number)
            made.until(partial(has_number, number), timeout=30)
        assert client.get("Made.LOST")["value"] == 0

        for number in range(12, 60):  # faster than two workers: some are
            publish(number)
        ioc.wait_for(lambda: client.get("Count")["value"] == 0, "all have come back")
        publish(100)
        numbers, workers = [11], set()
        while numbers[-1] != 100:
            update = made.next(30)
            pixels = image_of(update)
            assert np.unique(pixels[1:]).tolist() == [65535 - update.uniqueId]  # each is what its own frame gave
            workers.add(int(pixels[0, 1]))
            numbers.append(update.uniqueId)
        assert numbers == sorted(set(numbers))
        assert len(workers) == 2
        made_of_them, lost = client.get("Made.CNT")["value"], client.get("Made.LOST")["value"]
        assert made_of_them + lost == 100  # numbers: each came, or is counted as lost; 40 were never published
        assert 40 <= lost < 90
        seen = [counts.next()["value"]]
        while seen[-1] or len(seen) < 20:
            seen.append(counts.next()["value"])
        assert max(seen) <= MOST


def has_number(number: int, update: Any) -> bool:
    return bool(update.uniqueId == number)
