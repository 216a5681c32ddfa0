"""What a forked child lets go of: once, in the order given, and only what is still there."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

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
