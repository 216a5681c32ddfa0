"""Coroutines and futures complete records."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.local_ioc import Serve, StartEngine, eventually

PYTHON = """
import asyncio, concurrent.futures, threading
class Gate:
    "Coroutines wait here until it is opened."
    def __init__(self):
        self.waiting, self.ended, self.open, self.order = 0, 0, False, []
    async def read(self, value, seconds=0):
        self.waiting += 1
        try:
            while not self.open: await asyncio.sleep(0.001)
            await asyncio.sleep(seconds)
            return value
        finally:
            self.waiting -= 1
            self.ended += 1
gate = Gate()
async def once(value): return value
async def fails(): raise ValueError("no answer")
pool = concurrent.futures.ThreadPoolExecutor(2)
"""
AI = 'record(ai, "X") {{ field(DTYP, "pydev") field(INP, "@{}") {} }}\n'


@pytest.mark.parametrize(
    "code",
    [
        "await once(5)",
        "once(5)",
        "pool.submit(lambda: 5)",
        "asyncio.run_coroutine_threadsafe(once(5), pydev.loop)",
        "asyncio.ensure_future(once(5), loop=pydev.loop)",
        "pool.submit(once, 5)",
        "sum([await once(i) for i in (2, 3)])",
    ],
)
def test_a_put_ends_with_the_outcome(engine: StartEngine, code: str) -> None:
    ioc = engine(AI.format(code, ""), PYTHON)
    assert ioc.put("X.PROC", 1) == "ok"
    assert (ioc.get("X"), ioc.get("X.SEVR"), ioc.get("X.PACT")) == (5, 0, 0)


@pytest.mark.parametrize(
    ("code", "alarm"),
    [
        ("await fails()", "ValueError: no answer"),
        ("fails()", "ValueError: no answer"),
        ("pool.submit(int, 'x')", "ValueError: invalid literal for int() w"),
        ("await once(None)", "no value: an input needs an expression"),
        ("await asyncio.sleep(0, set())", "set: write list(...)"),
    ],
)
def test_an_error_is_an_alarm(engine: StartEngine, code: str, alarm: str) -> None:
    ioc = engine(AI.format(code, ""), PYTHON)
    assert ioc.put("X.PROC", 1) == "ok"
    severity, status, message = ioc.alarm("X")
    assert (severity, status) == ("INVALID", "CALC")
    assert message.startswith(alarm)


def test_statements_that_await_assign_in_the_namespace(engine: StartEngine) -> None:
    ioc = engine('record(ao, "X") { field(DTYP, "pydev") field(OUT, "@seen = await once(VAL)") }', PYTHON)
    assert ioc.put("X", 7) == "ok"
    assert ioc.ioc.run_python("seen") == 7


def test_others_go_on_while_a_record_awaits_and_two_runs_never_overlap(engine: StartEngine) -> None:
    db = AI.format("await gate.read(1)", "") + 'record(ai, "Y") { field(DTYP, "pydev") field(INP, "@2") }'
    ioc = engine(db, PYTHON)
    first, second = ioc.begin_put("X.PROC", 1), ioc.begin_put("X.PROC", 1)
    eventually(lambda: ioc.ioc.run_python("gate.waiting"), "the coroutine waits")
    assert ioc.put("Y.PROC", 1) == "ok"
    assert ioc.get("X.PACT") == 1
    assert ioc.ioc.run_python("gate.waiting") == 1
    ioc.ioc.run_python("gate.open = True")
    assert (first(), second()) == (None, None)
    assert ioc.ioc.run_python("gate.ended") == 2


def test_a_thousand_that_await_a_tenth_of_a_second_are_done_together(engine: StartEngine) -> None:
    db = "".join(f'record(ai, "X{n}") {{ field(DTYP, "pydev") field(INP, "@await asyncio.sleep(0.1, 3)") }}\n'
                 for n in range(1000))  # fmt: skip
    ioc = engine(db, PYTHON)
    begin = time.monotonic()
    for ended in [ioc.begin_put(f"X{n}.PROC", 1) for n in range(1000)]:
        assert ended() is None
    assert time.monotonic() - begin < 10  # not 100
    assert {ioc.get(f"X{n}") for n in range(1000)} == {3}


@pytest.mark.parametrize(
    "db",
    [
        'record(pycalc, "X") { field(CALC, "await once(5)") }',
        'record(pycalc, "X") { field(CALC, "pool.submit(int, \'5\')") }',
        'record(sub, "X") { field(SNAM, "later") }',
    ],
)
def test_other_records_that_run_python(engine: StartEngine, db: str) -> None:
    ioc = engine(db, PYTHON, "async def later(record):\n    record.VAL = await once(5)")
    assert ioc.put("X.PROC", 1) == "ok"
    assert ioc.get("X") == 5


def test_arrays(engine: StartEngine) -> None:
    db = """record(waveform, "X") {
        field(DTYP, "pydev") field(INP, "@await once([1, 2])") field(FTVL, "LONG") field(NELM, "5")
    }"""
    ioc = engine(db, PYTHON)
    assert ioc.put("X.PROC", 1) == "ok"
    assert ioc.get("X") == [1, 2]


# ---- timeouts, cancel ----


def test_what_takes_too_long_is_cancelled(engine: StartEngine) -> None:
    ioc = engine(AI.format("await gate.read(1)", 'info(pydev:timeout, "5")'), PYTHON)
    ended = ioc.begin_put("X.PROC", 1)
    eventually(lambda: ioc.ioc.run_python("gate.waiting"), "the coroutine waits")
    ioc.advance(4.9)
    assert ioc.get("X.PACT") == 1
    ioc.advance(0.1)
    assert ended() is None
    assert ioc.alarm("X") == ("INVALID", "CALC", "TimeoutError: 5 s")
    assert ioc.ioc.run_python("(gate.waiting, gate.ended)") == (0, 1)
    ioc.ioc.run_python("gate.open = True")
    assert ioc.put("X.PROC", 1) == "ok"
    assert ioc.alarm("X") == ("NO_ALARM", "NO_ALARM", "")


@pytest.mark.parametrize(
    "db",
    [
        'record(pycalc, "X") { field(CALC, "await gate.read(1)") info(pydev:timeout, "2") }',
        'record(sub, "X") { field(SNAM, "later") info(pydev:timeout, "2") }',
        AI.format("pool.submit(__import__('time').sleep, 1)", 'info(pydev:timeout, "2")'),
    ],
)
def test_of_every_record_and_of_futures(engine: StartEngine, db: str) -> None:
    ioc = engine(db, PYTHON, "async def later(record):\n    record.VAL = await gate.read(1)")
    ended = ioc.begin_put("X.PROC", 1)
    eventually(lambda: ioc.ioc.evaluator.later.report()[1], "it waits")
    ioc.advance(2)
    assert ended() is None
    assert ioc.alarm("X") == ("INVALID", "CALC", "TimeoutError: 2 s")


def test_plain_code_that_blocks_cannot_be_cancelled(engine: StartEngine, caplog: pytest.LogCaptureFixture) -> None:
    # by hand: the movable clock stands while plain code runs
    ioc = engine(
        AI.format("block.wait()", 'info(pydev:timeout, "0.01")'), "import threading; block = threading.Event()"
    )
    ended = ioc.begin_put("X.PROC", 1)
    eventually(ioc.ioc.evaluator.running, "it runs")
    ioc.call(ioc.record("X").device._limit._run_out)
    with pytest.raises(
        Exception, match=r"X: its code has been running for 0.. s, and plain code that blocks cannot be"
    ):
        ioc.ioc.run_python("pydev.cancel('X')")
    ioc.ioc.run_python("block.set()")
    assert ended() is None
    assert ioc.alarm("X")[2] == "TimeoutError: 0.01 s; plain code runs o"
    assert (
        "X.INP: 0.01 s are over, but plain code that blocks, or waits for its turn, cannot be cancelled" in caplog.text
    )


def test_cancel(engine: StartEngine) -> None:
    ioc = engine(AI.format("await gate.read(1)", ""), PYTHON)
    assert ioc.ioc.run_python("pydev.cancel('X')") is False
    ended = ioc.begin_put("X.PROC", 1)
    eventually(lambda: ioc.ioc.run_python("gate.waiting"), "the coroutine waits")
    assert ioc.ioc.run_python("pydev.cancel('X')") is True
    assert ended() is None
    assert ioc.alarm("X") == ("INVALID", "CALC", "CancelledError")
    assert ioc.ioc.run_python("gate.ended") == 1
    with pytest.raises(Exception, match=r"pydev.cancel: no record or task 'Y'"):
        ioc.ioc.run_python("pydev.cancel('Y')")


def test_what_waits_for_its_turn_can_be_cancelled(engine: StartEngine) -> None:
    db = AI.format("7", "") + 'record(ai, "B") { field(DTYP, "pydev") field(INP, "@block.wait()") }'
    ioc = engine(db, "import threading; block = threading.Event()")
    blocked, waits = ioc.begin_put("B.PROC", 1), ioc.begin_put("X.PROC", 1)
    eventually(lambda: ioc.ioc.evaluator.backlog() == 1 and ioc.ioc.evaluator.running(), "one runs, one waits")
    assert ioc.ioc.run_python("pydev.cancel('X')") is True
    assert waits() is None
    assert ioc.alarm("X")[2] == "CancelledError"
    ioc.ioc.run_python("block.set()")
    assert blocked() is None


def test_a_coroutine_that_will_not_end_is_let_go(
    engine: StartEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from pydevpva.evaluator import async_loop

    monkeypatch.setattr(async_loop, "GRACE", 0.05)
    stubborn = """
async def stubborn():
    global tries
    while not gate.open:
        try: await asyncio.sleep(10)
        except asyncio.CancelledError: tries += 1
"""
    ioc = engine(AI.format("await stubborn()", ""), PYTHON, "tries = 0", stubborn)
    ended = ioc.begin_put("X.PROC", 1)
    eventually(lambda: ioc.ioc.evaluator.later.report()[1], "it waits")
    ioc.ioc.run_python("pydev.cancel('X')")
    assert ended() is None
    assert ioc.alarm("X")[2] == "CancelledError"
    assert "X.INP: its coroutine goes on 0.05 s after it was cancelled; it is no longer waited for" in caplog.text
    ioc.ioc.run_python("gate.open = True")


@pytest.mark.parametrize("text", ["", "0", "-1", "soon", "inf", "nan"])
def test_a_time_limit_is_a_number_above_zero(engine: StartEngine, text: str) -> None:
    with pytest.raises(Exception, match=r"must be a number of seconds above 0"):
        engine(AI.format("1", f'info(pydev:timeout, "{text}")'))


# ---- tasks ----


def test_a_task_runs_beside_the_records_and_is_cancelled_at_the_end(engine: StartEngine) -> None:
    db = 'record(longin, "X") { field(DTYP, "pydev") field(INP, "@pydev.iointr(\'n\')") field(SCAN, "I/O Intr") }'
    poll = """
ended = []
async def poll():
    try:
        n = 0
        while True:
            pydev.iointr('n', n := n + 1)
            await asyncio.sleep(0.001)
    finally:
        await asyncio.sleep(0)
        ended.append(1)
pydev.start(poll(), name="poller")
"""
    ioc = engine(db, PYTHON, poll)
    ioc.until("X", lambda value: value > 3)
    assert [task.name for task in ioc.ioc.evaluator.later.report()[0]] == ["poller"]
    with pytest.raises(ValueError, match=r"a task named 'poller' is running"):
        ioc.ioc.run_python("pydev.start(poll(), name='poller')")
    ioc.ioc.stop()
    assert ioc.ioc.run_python("ended") == [1]


def test_a_task_that_fails_is_told_with_its_traceback(engine: StartEngine, caplog: pytest.LogCaptureFixture) -> None:
    ioc = engine(AI.format("1", ""), PYTHON)
    ioc.ioc.run_python("pydev.start(fails())")
    eventually(lambda: "no answer" in caplog.text, "it is told")
    assert "task fails: ValueError: no answer\nTraceback (most recent call last):" in caplog.text


@pytest.mark.parametrize("what", ["once", "5", "pool"])
def test_only_coroutines_are_tasks(engine: StartEngine, what: str) -> None:
    ioc = engine(AI.format("1", ""), PYTHON)
    with pytest.raises(TypeError, match=r"pydev.start takes a coroutine, not "):
        ioc.ioc.run_python(f"pydev.start({what})")


def test_a_task_is_cancelled_by_its_name(engine: StartEngine) -> None:
    ioc = engine(AI.format("1", ""), PYTHON)
    ioc.ioc.run_python("pydev.start(gate.read(1), name='t')")
    eventually(lambda: ioc.ioc.run_python("gate.waiting"), "it waits")
    assert ioc.ioc.run_python("pydev.cancel('t')") is True
    eventually(lambda: ioc.ioc.run_python("gate.ended"), "it ended")
    assert ioc.ioc.evaluator.later.report() == ([], [])


# ---- the end ----


def test_the_end_answers_a_client_once_and_runs_finally(serve: Serve) -> None:
    served = serve(AI.format("await gate.read(1)", ""), PYTHON)
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(served.put("X.PROC", 1, wait=True)))
    thread.start()
    eventually(lambda: served.ioc.run_python("gate.waiting"), "the coroutine waits")
    served.ioc.stop()
    thread.join(10)
    assert len(answers) == 1
    assert answers[0] != "ok"
    assert served.ioc.run_python("(gate.waiting, gate.ended)") == (0, 1)
