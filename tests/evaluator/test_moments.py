"""What @pydev.at_start, at_running and at_exit take, and whom they belong to, in this process."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.evaluator.moments import Moments
from pydevpva.ioc import Ioc
from tests.ioc_process import PATIENCE
from tests.local_ioc import written


def test_each_function_is_called_once_however_often_it_is_given_and_the_moment_comes() -> None:
    moments, calls = Moments(), list[str]()

    class Valve:
        def close(self) -> None:
            calls.append("closed")

    first, second = Valve(), Valve()
    for close in (first.close, second.close, first.close):
        moments.add("at_exit", close)
    moments.run("at_exit")
    moments.run("at_exit")
    assert calls == ["closed", "closed"]


@pytest.mark.parametrize(
    ("given", "seconds", "message"),
    [
        ("stage", None, "pydev.at_exit is given str, it takes a function: @pydev.at_exit"),
        (print, 0, "pydev.at_exit: seconds is 0; it must be above 0 and at most 3600"),
        (print, 4000, "pydev.at_exit: seconds is 4000; it must be above 0 and at most 3600"),
    ],
)
def test_what_is_no_function_and_no_time_is_refused(given: object, seconds: float | None, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as error:
        Moments().add("at_exit", given, seconds)
    assert str(error.value) == message


def test_a_coroutine_is_refused() -> None:
    async def stop() -> None:
        pass

    with pytest.raises(TypeError, match=r"stop is a coroutine; a function may call asyncio\.run"):
        Moments().add("at_exit", stop)


def test_what_comes_too_late_is_told(caplog: pytest.LogCaptureFixture) -> None:
    moments = Moments()
    moments.run("at_start")
    moments.add("at_start", print)
    assert "pydev.at_start: print is not called: iocInit has begun: import its module" in caplog.text


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that can be imported; it counts what it is called for."""
    written(
        tmp_path / "moments_module.py",
        "import pydev\ncalls = []\n"
        "@pydev.at_start\ndef start(): calls.append('start')\n"
        "@pydev.at_exit(seconds=1)\ndef exit(): calls.append('exit')\n",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "moments_module"
    del sys.modules["moments_module"]


def life(*python: str) -> None:
    with Ioc(serve=False) as ioc:
        for line in python:
            ioc.run_python(line)
        ioc.init()


@pytest.mark.parametrize("imported", ["before", "by the first"])
def test_a_module_s_functions_are_called_for_each_ioc_of_the_process(module: str, imported: str) -> None:
    if imported == "before":
        importlib.import_module(module)
    life(f"import {module}")
    life()
    assert sys.modules[module].calls == ["start", "exit", "start", "exit"]


def test_a_function_of_the_shell_is_called_for_its_ioc_only() -> None:
    calls = sys.modules.setdefault("moments_calls", type(sys)("moments_calls"))
    calls.seen = []  # type: ignore[attr-defined]
    life("import moments_calls", "@pydev.at_exit\ndef bye(): moments_calls.seen.append(1)")
    life()
    assert sys.modules.pop("moments_calls").seen == [1]


def test_at_running_does_not_hold_up_ioc_init() -> None:
    go, ended = threading.Event(), threading.Event()

    def begin() -> None:
        assert go.wait(PATIENCE)
        ended.set()

    with Ioc(serve=False) as ioc:
        ioc.evaluator.namespace["begin"] = begin
        ioc.run_python("pydev.at_running(begin)")
        ioc.init()
        assert not ended.is_set()
        go.set()
        assert ended.wait(PATIENCE)


def test_iocinit_waits_for_at_start_and_goes_on_without_it() -> None:
    with Ioc(serve=False) as ioc:
        ioc.run_python("import threading")
        ioc.run_python("pydev.at_start(threading.Event().wait, seconds=0.05)")
        ioc.init()
        assert ioc.state == "running"
