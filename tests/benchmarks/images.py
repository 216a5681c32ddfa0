"""2 MiB uint16 images to one pvapy client, from an ndarray record, from p4p alone, and from pvapy's own server."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

from tests.benchmarks.lines import Result, line
from tests.benchmarks.peers import SERVERS, cpu_seconds, servers

SCRIPT = SERVERS / "images.py"
BY_PEER = {"pydevpva": "record", "floor": "bare", "pvapy": "pvapy"}
SECONDS, ROUNDS = 3.0, 3
PROFILE = "[profile](decisions/0014-images-cost-what-pvxs-sends.md)"
ASKED = 500  # frames a second: 1 GiB/s


@line
def images() -> list[Result]:
    """Frames that arrive per second while each server posts as fast as it can, and what one costs the server."""
    rate = Result("2 MiB uint16 images to one pvapy client", "frames/s", goal=">= 0.9 x pvapy's server")
    cost = Result("the same: server CPU per frame received", "ms")
    paced = Result(f"the same from a camera of {ASKED} frames/s", "frames/s", goal=f"{ASKED} arrive (98 %)")
    if find_spec("pvaccess") is None:
        rate.note = cost.note = paced.note = "pvapy is not installed: nothing to measure with"
        return [rate, cost, paced]
    for _ in range(ROUNDS):
        for peer, server in BY_PEER.items():
            frames, used = _measured(server)
            rate.figures.setdefault(peer, []).append(frames / SECONDS)
            cost.figures.setdefault(peer, []).append(used / max(frames, 1) * 1e3)
        for peer, server in BY_PEER.items():
            frames, _ = _measured(server, ASKED)
            paced.figures.setdefault(peer, []).append(frames / SECONDS)
    rate.ratio = rate.median("pydevpva") / rate.median("pvapy")
    rate.reached = rate.ratio >= 0.9
    if not rate.reached:
        rate.note = f"pvxs's own thread is the limit: {PROFILE}"
    cost.ratio = cost.median("pydevpva") / cost.median("pvapy")
    paced.ratio = paced.median("pydevpva") / paced.median("pvapy")
    paced.reached = paced.median("pydevpva") >= 0.98 * ASKED
    return [rate, cost, paced]


def _measured(which: str, asked: int = 0) -> tuple[float, float]:
    with servers() as starter:
        server = starter.command(
            sys.executable, SCRIPT, which, str(asked), serving=False
        )  # pvapy's does not survive a probe
        client = [sys.executable, str(SCRIPT), "client", str(SECONDS)]
        with subprocess.Popen(client, env={**os.environ, **server.environment}, stdout=subprocess.PIPE) as counting:
            assert counting.stdout is not None
            counting.stdout.readline()
            used = cpu_seconds(server)
            frames = float(counting.stdout.readline())
            return frames, cpu_seconds(server) - used
