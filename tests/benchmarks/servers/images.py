"""Servers of 2 MiB images that post as fast as they can, and the pvapy client that counts them; see ../images.py.

images.py record|bare|pvapy FRAMES_PER_SECOND (0: as fast as they can)
images.py client SECONDS
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from typing import Any

SIDE = 1024
NAME = "Bench:Image"
MOST_LATE = 0.05  # seconds of frames that are made up for


def frames() -> list[Any]:
    import numpy as np

    return [np.random.default_rng(n).integers(0, 4096, (SIDE, SIDE), "u2") for n in range(8)]


class Pace:
    """Called before each frame: waits until it is due; with a rate of 0 it only lets others run."""

    def __init__(self, rate: float) -> None:
        self._period = 1 / rate if rate else 0.0
        self._due = time.monotonic()

    def __call__(self) -> None:
        self._due = max(self._due + self._period, time.monotonic() - MOST_LATE)
        time.sleep(max(0.0, self._due - time.monotonic()))


def record(wait: Pace) -> None:
    """An ndarray record fed by pydev.iointr; the producer keeps two frames ahead."""
    from pydevpva.ioc import Ioc

    ioc = Ioc()
    with tempfile.NamedTemporaryFile("w", suffix=".db") as db:
        db.write(f"""record(ndarray, "{NAME}") {{ field(DTYP, "pydev") field(SCAN, "I/O Intr")
                     field(INP, "@pydev.iointr('frame')") }}""")
        db.flush()
        ioc.load_records(db.name)
    ioc.init()
    source, record, ahead = frames(), ioc.database.records[NAME], threading.Semaphore(2)

    class Taken:
        def changed(self, *_: Any) -> None:
            ahead.release()

    ioc.database.loop.call(record.attach, Taken())
    publish: Any = ioc.run_python("pydev.iointr")
    while True:
        for frame in source:
            ahead.acquire()
            wait()
            publish("frame", frame)


def bare(wait: Pace) -> None:
    """p4p's NTNDArray.wrap, without a record."""
    from p4p.nt import NTNDArray
    from p4p.server import Server, StaticProvider
    from p4p.server.raw import SharedPV

    nt, source = NTNDArray(), frames()
    pv = SharedPV(initial=nt.wrap(source[0]))
    provider = StaticProvider("bench")
    provider.add(NAME, pv)
    with Server([provider]):
        while True:
            for frame in source:
                wait()
                pv.post(nt.wrap(frame))


def pvapy(wait: Pace) -> None:
    """pvapy's PvaServer with NtNdArrays made beforehand, as pvapy-ad-sim-server does it."""
    import pvaccess
    from pvapy.utility.adImageUtility import AdImageUtility

    made = [AdImageUtility.generateNtNdArray2D(n, frame) for n, frame in enumerate(frames())]
    server = pvaccess.PvaServer(NAME, made[0])
    while True:
        for image in made:
            server.update(NAME, image)
            wait()


def client(seconds: float) -> None:
    """Print a line when frames have begun to arrive, and how many did within the seconds."""
    import pvaccess

    count, started = 0, threading.Event()

    def came(_: Any) -> None:
        nonlocal count
        count += 1
        started.set()

    channel = pvaccess.Channel(NAME)
    channel.subscribe("count", came)
    channel.startMonitor()
    if not started.wait(20):
        raise SystemExit("no frame came")
    time.sleep(0.5)
    print("begin", flush=True)
    before = count
    time.sleep(seconds)
    print(count - before, flush=True)
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "client":
        client(float(sys.argv[2]))
    else:
        {"record": record, "bare": bare, "pvapy": pvapy}[sys.argv[1]](Pace(float(sys.argv[2])))
