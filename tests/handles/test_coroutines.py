"""pydev.record in coroutines: aget, aput, aprocess, updates."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

import pydev
from pydevpva.errors import PutError
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, eventually, running

DB = """
record(ao, "A:Set") { field(HIHI, "8") field(HHSV, "MAJOR") }
record(longin, "A:Reads") { field(DTYP, "pydev") field(INP, "@await pydev.record('A:Set').aget() + 1") }
record(longout, "A:Slow") { field(DTYP, "pydev") field(OUT, "@await asyncio.sleep(0.3)") }
record(longin, "A:Itself") { field(DTYP, "pydev") field(INP, "@await pydev.record('A:Itself').aprocess()") }
record(longin, "A:Ping") { field(DTYP, "pydev") field(INP, "@await pydev.record('A:Pong').aprocess()") }
record(longin, "A:Pong") { field(DTYP, "pydev") field(INP, "@await pydev.record('A:Ping').aprocess()") }
record(longin, "A:Code") { field(DTYP, "pydev") field(INP, "@await pydev.record('A:Plain').aput(4)") }
record(longout, "A:Held") { field(DTYP, "pydev") field(OUT, "@held") }
record(longout, "A:Plain") { field(DTYP, "pydev") field(OUT, "@VAL + 1") }
"""


@pytest.fixture
def ioc(tmp_path: Path) -> Iterator[LocalIoc]:
    with running(tmp_path, DB, "import asyncio") as ioc:
        yield LocalIoc(ioc)


def on_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine on pydev.loop returns or raises."""
    return asyncio.run_coroutine_threadsafe(work, pydev.loop).result(PATIENCE)


def test_aget_and_aput(ioc: LocalIoc) -> None:
    async def work() -> float:
        await pydev.record("A:Set").aput(3)
        await pydev.record("A:Reads").aprocess()
        return float(await pydev.record("A:Reads").aget())

    assert on_loop(work()) == 4.0


def test_aput_ends_when_all_is_over(ioc: LocalIoc) -> None:
    async def work() -> float:
        began = time.monotonic()
        await pydev.record("A:Slow").aput(1)
        return time.monotonic() - began

    assert on_loop(work()) >= 0.3


def test_timeout_and_errors(ioc: LocalIoc) -> None:
    with pytest.raises(TimeoutError, match=r"A:Slow: not over after 0\.05 s"):
        on_loop(pydev.record("A:Slow").aput(1, timeout=0.05))
    with pytest.raises(PutError, match="'x' is not a number"):
        on_loop(pydev.record("A:Set").aput("x"))


@pytest.mark.parametrize("record", ["Itself", "Ping"])
def test_coroutines_that_would_wait_for_themselves(ioc: LocalIoc, record: str) -> None:
    began = time.monotonic()
    pydev.record(f"A:{record}").process(wait=True, timeout=PATIENCE)
    assert time.monotonic() - began < 2
    found = [pydev.record(f"A:{name}").alarm.message for name in ("Itself", "Ping", "Pong")]
    assert any("would wait" in message for message in found)


def test_a_coroutine_may_wait_for_code_of_the_one_thread(ioc: LocalIoc) -> None:
    pydev.record("A:Code").process(wait=True, timeout=PATIENCE)
    assert pydev.record("A:Plain").value == 5


def test_a_waiting_put_that_is_not_awaited_is_refused_in_a_coroutine(ioc: LocalIoc) -> None:
    async def work() -> None:
        pydev.record("A:Slow").put(1, wait=True)

    with pytest.raises(PutError, match=r"A:Slow: would hold up all coroutines: `await` handle.aput"):
        on_loop(work())


def test_updates(ioc: LocalIoc) -> None:
    first = threading.Event()

    async def work() -> list[Any]:
        seen = []
        async for update in pydev.record("A:Set").updates():
            seen.append((update.value, update.alarm.severity))
            first.set()
            if update.value == 9:
                break
        return seen

    future = asyncio.run_coroutine_threadsafe(work(), pydev.loop)
    assert first.wait(PATIENCE)
    pydev.record("A:Set").put(2)
    pydev.record("A:Set").put(9)
    assert future.result(PATIENCE) == [(0.0, "INVALID"), (2.0, "NO_ALARM"), (9.0, "MAJOR")]


def test_who_is_cancelled_watches_no_longer(ioc: LocalIoc) -> None:
    first = threading.Event()

    async def work() -> None:
        async for _ in pydev.record("A:Set").updates():
            first.set()

    future = asyncio.run_coroutine_threadsafe(work(), pydev.loop)
    assert first.wait(PATIENCE)
    future.cancel()
    with pytest.raises(concurrent.futures.CancelledError):
        future.result(PATIENCE)
    eventually(lambda: not ioc.record("A:Set").sinks, "the subscription is over")


def test_hundreds_that_wait_leave_the_processor_alone(ioc: LocalIoc) -> None:
    held: concurrent.futures.Future[int] = concurrent.futures.Future()
    ioc.ioc.evaluator.namespace["held"] = held

    async def busy() -> float:
        """The part of a second for which the loop is at work."""
        puts = asyncio.gather(*(pydev.record("A:Held").aput(n) for n in range(400)))
        await asyncio.sleep(0.3)
        began = time.thread_time()
        await asyncio.sleep(1)
        spent = time.thread_time() - began
        held.set_result(1)
        await puts
        return spent

    assert on_loop(busy()) < 0.4
