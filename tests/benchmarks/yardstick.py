"""How fast this machine is: what the floor's put takes here, beside what it took where the goals were set.

A goal in microseconds or milliseconds is so many of the floor's puts, so that it holds on another machine.
"""

from __future__ import annotations

import statistics
from functools import cache

from tests.benchmarks.lines import Result
from tests.benchmarks.peers import floor, servers
from tests.benchmarks.puts import CHANNELS, measure
from tests.clients import p4p_context

CPU, LATENCY = 70.0, 0.48  # us of processor time, 16 puts at a time; ms of a put alone: there
ROUNDS = 5


@cache
def here() -> tuple[float, float]:
    """(us of processor time of a floor's put, 16 at a time; ms of one alone), once for a run."""
    with servers() as starter:
        server = floor(starter, CHANNELS)
        rounds = []
        for _ in range(ROUNDS + 1):
            with p4p_context(server.environment) as client:
                rounds.append(measure(client, server))
    cpu, latency = zip(*((cpu, latency) for _, cpu, latency, _ in rounds[1:]), strict=True)
    return statistics.median(cpu), statistics.median(latency)


def in_cpu(result: Result, most: float, figure: float | None = None) -> None:
    """The goal is `most` us of processor time there. `figure`: us here, where the result's is something else."""
    _judge(result, most, figure, here()[0], CPU, "us")


def in_latency(result: Result, most: float, figure: float | None = None) -> None:
    """The goal is `most` ms there."""
    _judge(result, most, figure, here()[1], LATENCY, "ms")


def _judge(result: Result, most: float, figure: float | None, floor_here: float, floor_there: float, unit: str) -> None:
    result.ratio = (result.median("pydevpva") if figure is None else figure) / floor_here
    result.reached = result.ratio <= most / floor_there
    words = f"<= {most / floor_there:.2g} x floor's put: {most:.3g} {unit} where that takes {floor_there:g}"
    result.goal = f"{result.goal}; {words}" if result.goal else words
