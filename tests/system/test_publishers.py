"""Users' threads that publish from before iocInit on, while they, and the IOC, import what they need: none is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from p4p.client.thread import Context

from tests.clients import Watch
from tests.ioc_process import ServerProcess, Starter

STARTS = int(os.environ.get("PUBLISHER_STARTS", "3"))
MODULE = """
import asyncio, itertools, threading, time

def fast():
    for n in itertools.count():
        if n == 20:
            import numpy
        pydev.iointr("fast", n)
        time.sleep(0.0005)

def slow():
    import numpy
    for n in itertools.count():
        pydev.iointr("slow", numpy.int32(n))
        time.sleep(0.01)

async def loop():
    for n in itertools.count():
        pydev.iointr("loop", [float(n)] * 3)
        await asyncio.sleep(0.002)

for target in (fast, slow, lambda: asyncio.run(loop())):
    threading.Thread(target=target, daemon=True).start()
"""
LINK = """field(DTYP,"pydev") field(INP,"@pydev.iointr('{0}')") field(SCAN,"I/O Intr")"""
DB = (
    f'record(longin,"fast") {{ {LINK.format("fast")} }}\n'
    f'record(longin,"slow") {{ {LINK.format("slow")} }}\n'
    f'record(waveform,"loop") {{ {LINK.format("loop")} field(FTVL,"DOUBLE") field(NELM,"3") }}\n'
)


@pytest.mark.parametrize("_", range(STARTS))
def test_all_count_on(start: Starter, p4p_client: Callable[[ServerProcess], Context], _: int) -> None:
    folder = start.file("publishers.py", MODULE).parent
    server = start.pydevpva(db=DB, startup=[f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("import publishers")'])
    client = p4p_client(server)
    for name in ("fast", "slow", "loop"):
        with Watch(client, name) as watch:
            first = count(watch.next())
            watch.until(partial(has_counted_beyond, first + 20))
    assert "Traceback" not in server.log


def has_counted_beyond(beyond: float, update: Any) -> bool:
    return count(update) > beyond


def count(update: Any) -> float:
    value = update.value
    if not hasattr(value, "__len__"):
        return float(value)
    return float(value[0]) if len(value) else -1.0
