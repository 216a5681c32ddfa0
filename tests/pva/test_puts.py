"""Puts of clients: options, refusals, and that each is answered."""

from __future__ import annotations

import gc
import threading
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import pytest

from pydevpva.pva.field_put import FieldPut
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE
from tests.local_ioc import Serve, Served, eventually

SLOW = 'record(ao, "SLOW") { field(DTYP, "pydev") field(OUT, "@gate(VAL)") }'
GATE = "import threading; begun = []; go = threading.Event(); gate = lambda v: begun.append(v) or go.wait(20)"
NUMBERS = 'record(longout, "L") { } record(ao, "A") { }'
SWITCH = 'record(bo, "B") { field(ZNAM, "off") field(ONAM, "on") }'


@pytest.fixture
def slow(serve: Serve) -> Any:
    """An IOC whose record SLOW takes until the test says go; namespace as attributes."""
    served = serve(SLOW + NUMBERS, GATE)
    yield served
    served.ioc.evaluator.namespace["go"].set()


def names(served: Served) -> Any:
    return served.ioc.evaluator.namespace


def wait_begun(served: Served) -> None:
    eventually(lambda: names(served)["begun"], "the expression is evaluated")


@pytest.mark.parametrize(
    ("name", "leaves", "answer"),
    [
        ("L.SCAN", {"value.index": 77}, "L.SCAN: 77 is none of its choices"),
        ("L.NAME", {"value": "X"}, "L.NAME: this field cannot be changed"),
    ],
)
def test_a_refused_put_says_which_field_and_why(serve: Serve, name: str, leaves: dict[str, Any], answer: str) -> None:
    served = serve(NUMBERS)
    for wait in (False, True):
        assert served.put(name, leaves, wait=wait).startswith(answer)


def test_code_put_by_a_client_runs_next_and_code_that_does_not_compile_is_refused(serve: Serve) -> None:
    served = serve('record(ao, "C") { field(DTYP, "pydev") field(OUT, "@VAL + 1") }')
    served.ioc.database.services.code_puts = True
    for wait in (False, True):
        answer = served.put("C.OUT", {"value": "@VAL +"}, wait=wait)
        assert answer == "<C.OUT>:1:6: SyntaxError: invalid syntax\n    VAL +\n         ^"
        assert served.put("C.OUT", {"value": "@VAL * 10"}, wait=wait) == "ok"
    assert served.put("C", {"value": 3}, wait=True) == "ok"
    assert (served.get("C").value, served.get("C.OUT").value) == (30, "@VAL * 10")


@pytest.mark.parametrize("index", [2, -1, 65536])
def test_an_index_outside_the_choices_is_refused(serve: Serve, index: int) -> None:
    served = serve(SWITCH)
    for wait in (False, True):
        answer = served.put("B", {"value.index": index}, wait=wait)
        assert answer == f"B.VAL: {index} is none of its choices (0 off, 1 on)"
    assert served.put("B", {"value.index": 1}) == "ok"


def test_a_disabled_record_refuses(serve: Serve) -> None:
    served = serve('record(ao, "A") { field(DISP, "1") }')
    assert "A.VAL: puts are disabled (DISP=1)" in served.put("A", 1.0)
    assert served.put("A.DISP", 0) == "ok"
    assert served.put("A", 1.0) == "ok"


def test_only_the_value_is_taken(serve: Serve) -> None:
    served = serve(NUMBERS)
    served.put("A", 5.0, wait=True)
    assert served.put("A", {"value": 6.0, "alarm.severity": 2, "display.units": "kg"}) == "ok"
    value = served.get("A")
    assert (value.value, value["alarm.severity"], value["display.units"]) == (6.0, 0, "")


@pytest.mark.parametrize("wait", [False, True])
def test_a_put_without_a_value_processes_and_stores_nothing(serve: Serve, wait: bool) -> None:
    served = serve(NUMBERS)
    served.put("A", 5.0, wait=True)
    before = served.record("A").TIME
    assert served.put("A", {"alarm.severity": 2}, wait=wait) == "ok"
    assert (served.record("A").VAL, served.record("A").SEVR) == (5.0, 0)
    assert before < served.record("A").TIME


def test_process_false_stores_and_does_not_process(serve: Serve) -> None:
    served = serve(NUMBERS)
    assert served.put("L", 3, process="false", wait=True) == "ok"
    assert (served.record("L").VAL, served.record("L").TIME) == (3, 631152000 * 10**9)


def test_process_true_processes_a_scanned_record(serve: Serve) -> None:
    served = serve('record(longout, "L") { field(SCAN, "Event") field(EVNT, "x") }')
    served.put("L", 3, process="passive", wait=True)
    assert served.record("L").TIME == 631152000 * 10**9
    served.put("L", 4, process="true", wait=True)
    assert served.record("L").TIME > 631152000 * 10**9


def test_a_put_without_block_does_not_wait_for_python(slow: Served) -> None:
    assert slow.put("SLOW", 1.0) == "ok"
    wait_begun(slow)
    assert not names(slow)["go"].is_set()


def test_a_put_with_block_is_answered_when_python_has_finished(slow: Served) -> None:
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(slow.put("SLOW", 1.0, wait=True)))
    thread.start()
    wait_begun(slow)
    assert slow.put("A", 1.0, wait=True) == "ok"  # another record is not held up
    assert not answers
    names(slow)["go"].set()
    thread.join(PATIENCE)
    assert answers == ["ok"]


def puts_waiting(served: Served) -> Collection[object]:
    """Those that have not been answered."""
    assert served.ioc.server is not None
    return served.ioc.server._clients.waiting


def test_at_the_end_pending_puts_are_answered_with_an_error(slow: Served) -> None:
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(slow.put("SLOW", 1.0, wait=True))) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_begun(slow)
    eventually(lambda: len(puts_waiting(slow)) == 3, "three puts wait")
    slow.ioc.stop()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == ["the IOC is shutting down"] * 3


def test_a_client_that_leaves_takes_its_waiting_put_with_it(slow: Served) -> None:
    begun = names(slow)["begun"]
    slow.put("SLOW", 1.0)
    wait_begun(slow)
    waiting = puts_waiting(slow)
    with p4p_context(slow.environment) as other:
        threading.Thread(target=lambda: _ignore(other, "SLOW", 2.0), daemon=True).start()
        eventually(lambda: waiting, "the put waits")
    eventually(lambda: not waiting, "the put is gone")
    names(slow)["go"].set()
    slow.put("SLOW", 3.0, wait=True)
    assert begun == [1.0, 3.0]


def _ignore(client: Any, name: str, value: float) -> None:
    with suppress(Exception):
        client.put(name, {"value": value}, get=False, wait=True, timeout=PATIENCE)


def test_access_security_refuses_with_its_reason(serve: Serve) -> None:
    served = serve(
        'record(ao, "A") { field(ASG, "LOCKED") } record(ao, "FREE") { }',
        access="ASG(DEFAULT) { RULE(1, WRITE) } ASG(LOCKED) { RULE(1, READ) }",
    )
    answer = served.put("A", 1.0)
    assert answer.startswith("A.VAL: access security does not let ")
    assert answer.endswith("@127.0.0.1 write it")
    assert served.put("FREE", 1.0) == "ok"
    served.on_database(lambda: served.ioc.database.find("A.ASG").put(""))
    assert served.put("A", 1.0) == "ok"


def test_beyond_the_bound_of_waiting_puts_a_client_is_told_at_once(
    slow: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydevpva.serving.client_put.MOST_WAITING", 1)
    waiting = threading.Thread(target=lambda: slow.put("SLOW", {"value": 1.0}, wait=True), daemon=True)
    waiting.start()
    wait_begun(slow)
    assert "overloaded" in slow.put("SLOW", {"value": 2.0}, wait=True)
    names(slow)["go"].set()
    waiting.join(PATIENCE)


def test_beyond_the_bound_a_client_is_told_at_once_also_while_the_database_thread_is_busy(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve('record(ao, "A") { }')
    assert served.put("A", 0.0) == "ok"
    monkeypatch.setattr("pydevpva.serving.client_put.MOST_WAITING", 1)
    loop, release = served.ioc.database.loop, threading.Event()
    loop.submit(release.wait, PATIENCE)
    loop.submit(int)
    try:
        assert "overloaded" in served.put("A", 1.0)
    finally:
        release.set()


def test_an_answered_put_is_freed_without_the_collector(serve: Serve) -> None:
    served = serve(NUMBERS)
    served.ioc._collector.stop()
    gc.disable()
    try:
        for n in range(20):
            served.client.put("A", {"value": n}, get=False, request="record[block=true]", timeout=PATIENCE)
        # The last ones may still be on their way out
        eventually(lambda: sum(type(thing) is FieldPut for thing in gc.get_objects()) < 5, "answered puts are gone")
    finally:
        gc.enable()
