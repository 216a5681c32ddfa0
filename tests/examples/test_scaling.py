"""The page on scaling: pvapy's HPC tools share the camera's frames among processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from p4p.client.thread import Context

from tests.clients import Watch, needs_pvapy
from tests.ioc_process import ROOT, ServerProcess, Starter

needs_pvapy("its HPC tools were not tried")
P4pClient = Callable[[ServerProcess], Context]


@contextmanager
def hpc(server: ServerProcess) -> Iterator[None]:
    """examples/analysis/hpc.sh beside the server; each of its servers takes a free TCP port."""
    environment = {**os.environ, **server.environment}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["EPICS_PVAS_SERVER_PORT"] = environment["EPICS_PVA_SERVER_PORT"] = "0"
    folder = ROOT / "examples" / "analysis"
    with subprocess.Popen(["./hpc.sh"], cwd=folder, env=environment, stdout=subprocess.DEVNULL) as script:
        try:
            yield
        finally:
            script.send_signal(signal.SIGTERM)
            script.wait(20)


def test_consumers_share_the_frames_and_the_collector_orders_them(start: Starter, p4p_client: P4pClient) -> None:
    camera = start.pydevpva("st.cmd", cwd=ROOT / "examples" / "camera")
    client = p4p_client(camera)
    client.put("Example:Cam:Rate", {"value": 10}, wait=True, get=False)
    with (
        hpc(camera),
        Watch(client, "Ana:1:output") as one,
        Watch(client, "Ana:2:output") as two,
        Watch(client, "Result:Image") as result,
    ):
        shares = [[watch.until(has_centroid, timeout=60).uniqueId for _ in range(3)] for watch in (one, two)]
        assert len({number % 2 for number in shares[0]}) == 1
        assert {number % 2 for number in shares[0]} != {number % 2 for number in shares[1]}
        in_order = [result.until(has_centroid, timeout=60) for _ in range(5)]
        numbers = [update.uniqueId for update in in_order]
        assert numbers == sorted(numbers)
        attributes = {entry.name: entry.value for entry in in_order[0].attribute}
        assert attributes["CentroidX"] == pytest.approx(attributes["SpotX"], abs=3)


def has_centroid(update: object) -> bool:
    return any(entry.name == "CentroidX" for entry in update["attribute"] or ())  # type: ignore[index]
