"""What a forked child lets go of: once, in the order given, and only what is still there."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

import pytest

from pydevpva.evaluator.garbage import Collector
from pydevpva.forks import in_child


class Part:
    """Of an IOC; tells a pipe that it let go."""

    def __init__(self, tell: int, name: str) -> None:
        self._tell = tell
        self._name = name

    def let_go(self) -> None:
        os.write(self._tell, self._name.encode())


def told_by_a_child(give: Callable[[int], object]) -> bytes:
    """What the parts wrote in a child that was forked after give(pipe); what give returns lives until then."""
    reading, writing = os.pipe()
    alive = give(writing)
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    del alive
    return told


@pytest.mark.process
def test_given_twice_it_is_called_once_in_the_place_of_the_last_time() -> None:
    def give(pipe: int) -> object:
        first, second = Part(pipe, "a"), Part(pipe, "b")
        for part in (first, second, first):
            in_child(part.let_go)
        return first, second

    assert told_by_a_child(give) == b"ba"


@pytest.mark.process
def test_a_part_that_is_gone_is_not_called() -> None:
    def give(pipe: int) -> object:
        gone, there = Part(pipe, "a"), Part(pipe, "b")
        for part in (gone, there):
            in_child(part.let_go)
        return there

    assert told_by_a_child(give) == b"b"


class Circle:
    """Garbage that only a collection finds, as a p4p client in a circle with its users is."""

    def __init__(self, tell: int) -> None:
        self._tell = tell
        self._circle = self

    def __del__(self) -> None:
        os.write(self._tell, b"collected")


def written_in_a_child(work: Callable[[int], object]) -> bytes:
    """What work(pipe) wrote in a child."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            work(writing)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read()


@pytest.mark.process
def test_garbage_of_the_parent_is_not_collected_in_a_child() -> None:
    # The end of a p4p client would wait there for a thread that only the parent has
    reading, writing = os.pipe()
    Circle(writing)
    assert written_in_a_child(lambda pipe: (gc.collect(), os.write(pipe, b"lives"))) == b"lives"
    gc.collect()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"collected"  # once, by the parent


@pytest.mark.process
@pytest.mark.parametrize("ioc_runs", [False, True])
def test_a_child_collects_its_own_garbage(ioc_runs: bool) -> None:
    def makes_garbage(pipe: int) -> None:
        Circle(pipe)
        for _ in range(gc.get_threshold()[0] * 4):
            circle: list[object] = []
            circle.append(circle)

    collector = Collector()
    if ioc_runs:
        collector.start()
    try:
        assert written_in_a_child(makes_garbage) == b"collected"
    finally:
        collector.stop()
    assert gc.isenabled()
