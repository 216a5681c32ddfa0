"""Loop: the sockets that its thread reads itself, beside its other work."""

from __future__ import annotations

import functools
import queue
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast

import pytest

from pydevpva.loop import AT_ONCE, Loop
from pydevpva.sockets import Sockets
from tests.local_ioc import eventually

PATIENCE = 20.0


class Talk:
    """A socket that a loop watches, and what it has read from it; `other` is the far end."""

    def __init__(self, loop: Loop) -> None:
        self.sock, self.other = socket.socketpair()
        self.sock.setblocking(False)
        self.read: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        loop.call(loop.watch, self.sock, selectors.EVENT_READ, self._ready)

    def _ready(self, events: int) -> None:
        with suppress(BlockingIOError):
            self.read.put(self.sock.recv(100))

    def said(self) -> bytes:
        return self.read.get(timeout=PATIENCE)


Begin = Callable[[], Talk]


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop("test")
    loop.start()
    yield loop
    assert loop.stop(PATIENCE)


@pytest.fixture
def talk(loop: Loop) -> Iterator[Begin]:
    talks: list[Talk] = []

    def begin() -> Talk:
        talks.append(Talk(loop))
        return talks[-1]

    yield begin
    for one in talks:
        loop.call(loop.watch, one.sock, 0, one._ready)
        one.sock.close()
        one.other.close()


def test_a_loop_reads_its_sockets_and_work_of_other_threads_does_not_wait_for_them(loop: Loop, talk: Begin) -> None:
    add = loop.add  # as the evaluator has kept it since before the first socket
    far = talk()
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    for n in range(200):
        add(functools.partial(done.put, n))
        assert done.get(timeout=PATIENCE) == n
        far.other.send(b"%d" % n)
        assert far.said() == b"%d" % n
    loop.call(loop.watch, far.sock, 0, far._ready)
    far.other.send(b"more")
    assert loop.call(int, "7") == 7
    assert far.read.empty()


def test_ctrl_c_of_a_console_while_it_rings_leaves_nobody_asleep(loop: Loop, talk: Begin) -> None:
    talk()
    sockets = cast(Sockets, loop._sockets)
    rope = sockets._rope

    class Interrupted:
        def send(self, data: bytes) -> None:
            sockets._rope = rope
            raise KeyboardInterrupt

    eventually(lambda: loop._dozes, "the thread waits for its sockets")
    sockets._rope = cast(socket.socket, Interrupted())
    with pytest.raises(KeyboardInterrupt):
        loop.add(lambda: None)
    assert loop.call(int, "7", timeout=PATIENCE) == 7


def test_timers_are_kept_beside_sockets(loop: Loop, talk: Begin) -> None:
    talk()
    rang = threading.Event()
    loop.call(loop.after, 0.01, rang.set)
    assert rang.wait(PATIENCE)


def test_a_socket_is_read_beside_work_without_end(loop: Loop, talk: Begin) -> None:
    far = talk()
    goes_on = True

    def again() -> None:
        if goes_on:
            loop.submit(again)

    loop.submit(again)
    far.other.send(b"hello")
    assert far.said() == b"hello"
    goes_on = False


def test_very_many_sockets_that_are_ready_are_all_read_and_once(loop: Loop, talk: Begin) -> None:
    talks = [talk() for _ in range(5 * AT_ONCE)]
    gate = threading.Event()
    loop.submit(gate.wait, PATIENCE)
    for n, far in enumerate(talks):
        far.other.send(b"%d" % n)
    gate.set()
    assert [far.said() for far in talks] == [b"%d" % n for n in range(len(talks))]
    loop.call(int)
    assert all(far.read.empty() for far in talks)


def test_an_error_in_what_a_socket_calls_is_told_and_the_loop_goes_on(
    loop: Loop, talk: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    far = talk()
    loop.call(loop.watch, far.sock, selectors.EVENT_READ, lambda events: far._ready(events) or 1 / 0)  # type: ignore[func-returns-value]
    far.other.send(b"1")
    assert far.said() == b"1"
    far.other.send(b"2")
    assert far.said() == b"2"
    assert "ZeroDivisionError" in caplog.text
