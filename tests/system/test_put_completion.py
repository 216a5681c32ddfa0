"""Puts that wait, puts that do not, and a stop in the middle of many, from two clients, with slow user code."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest
from p4p.client.thread import Context

from tests.clients import Pvapy
from tests.ioc_process import ServerProcess, Starter

SLOW = """
record(ao, "slow") { field(DTYP,"pydev") field(OUT,"@time.sleep(2) or VAL*2") field(FLNK,"slow:next") }
record(ai, "slow:next") { field(DTYP,"pydev") field(INP,"@time.sleep(0.5) or VAL+1") field(FLNK,"done") }
record(longin, "done") { field(INP,"done:count PP") }
record(calc, "done:count") { field(CALC,"VAL+1") }
record(longout, "soft") {}
record(calc, "tick") { field(CALC,"VAL+1") field(SCAN,".1 second") }
"""
STARTUP = ['pydev("import time")']


@pytest.fixture
def ioc(start: Starter) -> ServerProcess:
    return start.pydevpva(db=SLOW, startup=STARTUP)


def test_a_waiting_put_returns_after_the_record_and_its_forward_link_chain(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)
    client.get("slow")
    begin = time.monotonic()
    client.put("slow", {"value": 3.0}, wait=True, get=False, timeout=10)
    assert 2.5 <= time.monotonic() - begin < 4
    assert [client.get(name)["value"] for name in ("slow", "slow:next", "done")] == [6.0, 1.0, 1]


def test_a_put_that_does_not_wait_returns_at_once_with_the_value_stored(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)
    client.get("slow")
    begin = time.monotonic()
    client.put("slow", {"value": 3.0}, wait=False, get=False, timeout=10)
    assert time.monotonic() - begin < 0.5
    assert client.get("slow.PACT")["value"] == 1


def test_pvapy_waits_for_completion_when_it_asks_to(
    ioc: ServerProcess, pvapy_client: Callable[[ServerProcess], Pvapy]
) -> None:
    client = pvapy_client(ioc)
    begin = time.monotonic()
    client.put("slow", 3.0, "record[block=true]field(value)")
    assert 2.5 <= time.monotonic() - begin < 5
    begin = time.monotonic()
    client.put("slow", 4.0, "field(value)")
    assert time.monotonic() - begin < 1


def test_all_else_goes_on_while_python_sleeps(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)
    before = client.get("tick")["value"]
    waiting = threading.Thread(
        target=lambda: client.put("slow", {"value": 1.0}, wait=True, get=False, timeout=10), daemon=True
    )
    waiting.start()
    begin, puts = time.monotonic(), 0
    while waiting.is_alive():
        client.put("soft", {"value": puts}, wait=True, get=False)
        assert client.get("soft")["value"] == puts
        puts += 1
    took = time.monotonic() - begin
    assert took >= 2
    assert puts > 100
    assert client.get("tick")["value"] - before >= 10 * took - 3


def test_waiting_puts_to_one_record_run_in_order_and_each_completes(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)
    client.get("slow:next")
    answers: list[int] = []

    def process(n: int) -> None:
        client.put("slow:next.PROC", {"value": 1}, wait=True, get=False)
        answers.append(n)

    threads = [threading.Thread(target=process, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [0, 1, 2, 3]
    assert client.get("slow:next")["value"] == 4.0
    assert client.get("done")["value"] == 4


@pytest.mark.parametrize("code", ["time.sleep(0.2)", "spin()"])
def test_sigterm_amid_a_thousand_puts_answers_each_and_ends_within_two_seconds(
    start: Starter, p4p_client: Callable[[ServerProcess], Context], code: str
) -> None:
    names = [f"x{i}" for i in range(1000)]
    db = "".join(f'record(ao, "{name}") {{ field(DTYP,"pydev") field(OUT,"@{code}") }}\n' for name in names)
    ioc = start.pydevpva(db=db, startup=[*STARTUP, 'pydev("spin = lambda: [n for n in iter(int, 1) if n]")'])
    client = p4p_client(ioc)
    client.get(names)
    outcomes: list[object] = []

    def put_all() -> None:
        outcomes.extend(client.put(names, [{"value": 1.0}] * 1000, wait=True, get=False, timeout=20, throw=False))

    waiting = threading.Thread(target=put_all)
    waiting.start()
    ioc.wait_for(lambda: client.get("x999.PACT")["value"] == 1, "the last put to be queued")
    begin = time.monotonic()
    ioc.process.send_signal(signal.SIGTERM)
    assert ioc.process.wait(10) == 0
    assert time.monotonic() - begin < 2
    waiting.join(5)
    assert len(outcomes) == 1000
    assert sum("shutting down" in str(outcome) for outcome in outcomes) >= 990
