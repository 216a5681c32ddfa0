"""pvapy's simulated detector feeds an analysis record through a PVA link: no frame is mixed up, losses are counted."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from p4p.client.thread import Context

from tests.clients import Watch, needs_pvapy
from tests.ioc_process import ServerProcess, Starter

needs_pvapy("its detector was not tried")
FRAMES = 200
DB = """
record(ndarray, "Sums") {
    field(DTYP, "pydev") field(INP, "@A.sum(axis=1, dtype='u8')") field(INPA, {pva:{pv:"Sim:Image", proc:"CP"}})
}
"""


@contextmanager
def detector(server: ServerProcess, folder: Path) -> Iterator[None]:
    """Different frames of 1 MiB uint16, 100 a second, beside the server."""
    program = Path(sys.executable).with_name("pvapy-ad-sim-server")
    options = shlex.split("-cn Sim:Image -nx 1024 -ny 512 -dt uint16 -fps 100 -nf 20 -cs 20 -rt 60 -rp 1000 -dc")
    environment = {**server.environment, "EPICS_PVAS_SERVER_PORT": "0", "EPICS_PVA_SERVER_PORT": "0"}
    process = ServerProcess([program, *options], folder / "detector.log", env=environment)
    try:
        yield
    finally:
        process.kill()


def test_results_belong_to_their_frames_and_losses_are_counted(
    start: Starter, p4p_client: Callable[[ServerProcess], Context], tmp_path: Path
) -> None:
    server = start.pydevpva(db=DB)
    client = p4p_client(server)
    with detector(server, tmp_path), Watch(client, "Sim:Image") as frames, Watch(client, "Sums") as sums:
        results: dict[int, Any] = {}
        first = sums.until(lambda update: update.uniqueId > 0)
        while len(results) < FRAMES:
            update = sums.until(lambda update: update["alarm.severity"] == 0)
            results[update.uniqueId] = update.value
        sent, number = {}, 0
        while number < max(results):
            frame = frames.until(lambda update: update.value is not None)
            number = frame.uniqueId
            sent[number] = frame.value.reshape(512, 1024).sum(axis=1, dtype="u8")
    both = results.keys() & sent.keys()
    assert len(both) > FRAMES / 2
    assert all(np.array_equal(results[number], sent[number]) for number in both)
    assert len({sums.tobytes() for sums in sent.values()}) == 20

    with Watch(client, "Sums") as watch:
        watch.until(lambda update: update["alarm.severity"] == 3)  # the detector is gone, the last frame is through
    taken, lost, last = (client.get(f"Sums.{name}").value for name in ("CNT", "LOST", "UNID"))
    print(f"{taken} frames taken, {lost} lost")
    assert last - first.uniqueId + 1 <= taken + lost <= last + 1  # what came before our client did counts too
