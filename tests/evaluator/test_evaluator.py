"""The evaluator threads: order, outcomes, the end; the shell's Python."""

from __future__ import annotations

import builtins
import sys
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from pydevpva.errors import CodeError, PydevpvaError, Stopped
from pydevpva.evaluator.compiled.code import compile_code
from pydevpva.evaluator.evaluator import Evaluator, threads_wanted

Outcome = tuple[object, BaseException | None]
PATIENCE = 10


@pytest.fixture
def evaluator() -> Iterator[Evaluator]:
    made = Evaluator()
    yield made
    made.stop()


class Outcomes:
    """A `done` that can be waited for."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[Outcome] = SimpleQueue()
        self.threads: list[str] = []

    def __call__(self, result: object, error: BaseException | None) -> None:
        self.threads.append(threading.current_thread().name)
        self.queue.put((result, error))

    def take(self) -> Outcome:
        return self.queue.get(timeout=PATIENCE)


def test_jobs_run_in_the_order_submitted_on_the_evaluator_thread(evaluator: Evaluator) -> None:
    done = Outcomes()
    code = compile_code("VAL * 2", {"VAL"}, {"VAL"}, evaluator.namespace)
    for n in range(100):
        evaluator.submit(code.function, (n,), done)
    evaluator.start()
    assert [done.take() for _ in range(100)] == [(2 * n, None) for n in range(100)]
    assert set(done.threads) == {"evaluator"}
    assert evaluator.count() == 100


def test_jobs_of_scans_give_way_to_all_others(evaluator: Evaluator) -> None:
    done = Outcomes()
    for n in range(3):
        evaluator.submit_later(int, (n,), done)
    for n in range(10, 13):
        evaluator.submit(int, (n,), done)
    assert evaluator.backlog() == 6
    evaluator.start()
    assert [done.take()[0] for _ in range(6)] == [10, 11, 12, 0, 1, 2]


def test_jobs_of_scans_are_run_however_many_others_wait(evaluator: Evaluator) -> None:
    done = Outcomes()
    for n in range(2):
        evaluator.submit_later(int, (n,), done)
    for n in range(10, 20):
        evaluator.submit(int, (n,), done)
    evaluator.start()
    assert [done.take()[0] for _ in range(12)] == [10, 11, 12, 0, 13, 14, 15, 1, 16, 17, 18, 19]


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt, GeneratorExit, BaseException])
def test_whatever_user_code_raises_is_an_outcome_and_the_thread_lives_on(
    evaluator: Evaluator, error: type[BaseException]
) -> None:
    def fail() -> None:
        raise error

    done = Outcomes()
    evaluator.start()
    evaluator.submit(fail, (), done)
    evaluator.submit(int, ("7",), done)
    assert type(done.take()[1]) is error
    assert done.take() == (7, None)


def test_two_threads_run_two_jobs_at_once(evaluator: Evaluator) -> None:
    meet = threading.Barrier(2)
    done = Outcomes()
    evaluator.start(threads=2)
    for _ in range(2):
        evaluator.submit(meet.wait, (PATIENCE,), done)
    assert {done.take()[0], done.take()[0]} == {0, 1}


def test_what_runs_and_what_waits_can_be_seen(evaluator: Evaluator) -> None:
    begun, go, done = threading.Event(), threading.Event(), Outcomes()
    evaluator.namespace.update(begun=begun, go=go)
    slow = compile_code("begun.set() or go.wait(10)", (), (), evaluator.namespace, "<G:slow.INP>")
    evaluator.start()
    evaluator.submit(slow.function, (), done)
    evaluator.submit(int, (), done)
    assert begun.wait(PATIENCE)
    (running,) = evaluator.running()
    assert (running.label, evaluator.backlog()) == ("<G:slow.INP>", 1)
    assert 0 <= running.seconds < PATIENCE
    go.set()
    assert [done.take(), done.take()] == [(True, None), (0, None)]


def test_stop_tells_each_job_not_begun_though_one_hangs(evaluator: Evaluator) -> None:
    begun, go, hanging, waiting = threading.Event(), threading.Event(), Outcomes(), Outcomes()
    evaluator.start()

    def hang() -> bool:
        begun.set()
        return go.wait(PATIENCE)

    evaluator.submit(hang, (), hanging)
    for _ in range(3):
        evaluator.submit(int, (), waiting)
    assert begun.wait(PATIENCE)
    assert evaluator.stop(timeout=0.01) is False
    assert [type(waiting.take()[1]) for _ in range(3)] == [Stopped] * 3
    go.set()
    assert hanging.take() == (True, None)
    assert evaluator.stop(timeout=PATIENCE) is True
    assert waiting.queue.empty()


def test_after_stop_a_job_is_told_at_once(evaluator: Evaluator) -> None:
    done = Outcomes()
    evaluator.start()
    assert evaluator.stop()
    evaluator.submit(int, (), done)
    assert isinstance(done.take()[1], Stopped)


def test_the_shell_evaluates_expressions_and_runs_statements_in_the_records_namespace(evaluator: Evaluator) -> None:
    assert evaluator.run_source("import math") is None
    assert evaluator.run_source("x = math.floor(2.5); y = 1") is None
    assert evaluator.run_source("x + y") == 3
    assert compile_code("x", (), (), evaluator.namespace).function() == 2


def test_the_shells_errors_reach_the_caller(evaluator: Evaluator) -> None:
    with pytest.raises(ZeroDivisionError):
        evaluator.run_source("1/0")
    with pytest.raises(CodeError, match=r"st\.cmd:7"):
        evaluator.run_source("1 +", "st.cmd:7")


def test_classes_made_in_the_shell_belong_to_a_real_module(evaluator: Evaluator) -> None:
    evaluator.run_source("class Motor: pass")
    motor: Any = evaluator.namespace["Motor"]
    assert vars(sys.modules[motor.__module__])["Motor"] is motor


@pytest.mark.parametrize(("text", "threads"), [("", 1), ("1", 1), (" 3 ", 3)])
def test_pydev_num_threads(text: str, threads: int) -> None:
    assert threads_wanted({"PYDEV_NUM_THREADS": text}) == threads
    assert threads_wanted({}) == 1


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "1001"])
def test_a_bad_pydev_num_threads_is_a_clear_error(text: str) -> None:
    with pytest.raises(PydevpvaError) as caught:
        threads_wanted({"PYDEV_NUM_THREADS": text})
    assert str(caught.value) == f"PYDEV_NUM_THREADS is {text!r}; it must be a whole number from 1 to 1000"


def test_pydev_is_a_builtin_and_a_module_while_the_ioc_lives(evaluator: Evaluator) -> None:
    evaluator.run_source("import pydev as imported")
    assert evaluator.namespace["imported"] is evaluator.pydev
    assert evaluator.run_source("pydev.iointr('seen', 3)") is True
    assert evaluator.run_source("pydev.iointr('seen')") == 3
    evaluator.stop()
    assert getattr(builtins, "pydev", None) is not evaluator.pydev
