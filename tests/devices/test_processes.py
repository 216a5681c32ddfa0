"""@pydev.in_process: functions that run in worker processes complete records."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.local_ioc import Engine, StartEngine, eventually

pytestmark = pytest.mark.process

MODULE = """
import os, time
import numpy as np
import pydev
VERSION = 1
@pydev.in_process
def twice(x): return 2 * x
@pydev.in_process
def version(): return VERSION
@pydev.in_process
def pid(): return os.getpid()
@pydev.in_process
def die(status): os._exit(status)
@pydev.in_process
def sleep(seconds): time.sleep(seconds)
@pydev.in_process
def invert(image): return 255 - image
@pydev.in_process
def fails(): raise KeyError("no such lens")
class Own(Exception):
    def __init__(self, one, two): super().__init__(one)
@pydev.in_process
def own(): raise Own("odd", 2)
@pydev.in_process
def echo(value): return value
@pydev.in_process
def leave_a_child_and_die():
    if os.fork() == 0:
        time.sleep(10)
    os._exit(4)
@pydev.in_process
def unpicklable(): return lambda: 1
"""
LINES = (
    ("twice", "worker_functions.twice(VAL)", ""),
    ("version", "worker_functions.version()", ""),
    ("pid", "worker_functions.pid()", ""),
    ("die", "worker_functions.die(int(VAL))", ""),
    ("fails", "worker_functions.fails()", ""),
    ("own", "worker_functions.own()", ""),
    ("unpicklable", "worker_functions.unpicklable()", ""),
    ("both", "await worker_functions.twice(VAL) + 1", ""),
    ("orphan", "worker_functions.leave_a_child_and_die()", ""),
    ("sleep", "worker_functions.sleep(VAL)", 'info(pydev:timeout, "5")'),
)
DB = "".join(
    f'record(ao, "{name}") {{ field(DTYP, "pydev") field(OUT, "@{code}") {more} }}\n' for name, code, more in LINES
)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a module that the tests' records import."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYDEV_NUM_PROCESSES", "2")
    path = tmp_path / "worker_functions.py"
    path.write_text(MODULE)
    yield path
    sys.modules.pop("worker_functions", None)


@pytest.fixture
def ioc(module: Path, engine: StartEngine) -> Iterator[Engine]:
    started = engine(DB, "import worker_functions")
    yield started
    started.ioc.stop()
    assert multiprocessing.active_children() == []
    slots = started.ioc.evaluator.processes._slots
    assert [slot._block for slot in slots if slot._block is not None] == []


def test_a_put_ends_with_the_result_of_another_process(ioc: Engine) -> None:
    assert ioc.put("twice", 4) == "ok"
    assert ioc.get("twice") == 8
    assert ioc.put("pid", 0) == "ok"
    assert ioc.get("pid") != os.getpid()
    assert ioc.put("both", 4) == "ok"
    assert ioc.get("both") == 9


@pytest.mark.parametrize(
    ("record", "alarm"),
    [
        ("fails", "KeyError: 'no such lens'"),
        ("own", "Own: odd"),
        ("unpicklable", ("AttributeError: ", "PicklingError")),
    ],
)
def test_an_error_in_the_process_is_an_alarm(
    ioc: Engine, record: str, alarm: str | tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    assert ioc.put(record, 1) == "ok"
    severity, status, message = ioc.alarm(record)
    assert (severity, status) == ("INVALID", "CALC")
    assert message.startswith(alarm)
    assert record == "unpicklable" or "Traceback (most recent call last):" in caplog.text


def test_a_worker_that_dies_is_an_alarm_of_its_record_alone_and_is_replaced(ioc: Engine) -> None:
    dies, works = ioc.begin_put("die", 3), ioc.begin_put("twice", 4)
    assert (dies(), works()) == (None, None)
    assert ioc.alarm("die") == ("INVALID", "CALC", "WorkerDied: die ended its process (stat")
    assert (ioc.get("twice"), ioc.get("twice.SEVR")) == (8, 0)
    for value in range(5):
        assert ioc.put("twice", value) == "ok"
        assert ioc.get("twice") == 2 * value


def test_a_worker_that_dies_is_seen_although_a_child_of_it_lives_on(ioc: Engine) -> None:
    assert ioc.put("orphan", 1) == "ok"
    assert ioc.alarm("orphan") == ("INVALID", "CALC", "WorkerDied: leave_a_child_and_die ended")
    assert ioc.put("twice", 4) == "ok"
    assert ioc.get("twice") == 8


def test_a_worker_that_is_killed_while_idle_is_replaced(ioc: Engine) -> None:
    ioc.put("pid", 0)
    first = int(ioc.get("pid"))
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not multiprocessing.active_children(), "it is gone")
    ioc.put("pid", 0)
    assert ioc.get("pid") != first
    assert ioc.alarm("pid")[0] == "NO_ALARM"


@pytest.mark.parametrize("how", ["timeout", "cancel"])
def test_what_takes_too_long_ends_with_its_worker(ioc: Engine, how: str) -> None:
    ended = ioc.begin_put("sleep", 1000)
    eventually(lambda: ioc.ioc.evaluator.later.report()[1], "it is under way")
    if how == "timeout":
        ioc.advance(5)
    else:
        assert ioc.ioc.run_python("pydev.cancel('sleep')") is True
    assert ended() is None
    assert ioc.alarm("sleep")[2] == ("TimeoutError: 5 s" if how == "timeout" else "CancelledError")
    assert ioc.put("twice", 4) == "ok"
    assert ioc.get("twice") == 8


def test_more_calls_than_workers_wait_for_their_turn(ioc: Engine) -> None:
    puts = [ioc.begin_put("twice", n) for n in range(20)] + [ioc.begin_put("both", n) for n in range(20)]
    assert [ended() for ended in puts] == [None] * 40
    assert (ioc.get("twice"), ioc.get("both")) == (38, 39)
    assert ioc.ioc.evaluator.processes.report() in [(1, 0, 0), (2, 0, 0)]


def test_arrays_go_there_and_back(ioc: Engine) -> None:
    image = np.arange(2 << 20, dtype="u1").reshape(1024, 2048)
    call: object = ioc.ioc.run_python("worker_functions.invert")
    assert callable(call)
    for given in (image, image[:100, ::2], image, np.zeros((0, 3)), np.asfortranarray(image), image.astype(">f4")):
        made = call(given).result(20)
        assert (made.shape, made.dtype.kind) == (given.shape, given.dtype.kind)
        assert (made == 255 - given).all()
        made[...] = 0  # it is ours
    assert [name for name in os.listdir("/dev/shm") if name.startswith(f"pydevpva-{os.getpid()}-")]  # by shared memory


@pytest.mark.parametrize("length", [16000, 17000, 3_000_000])
def test_long_texts_and_many_arrays_go_there_and_back(ioc: Engine, length: int) -> None:
    echo: object = ioc.ioc.run_python("worker_functions.echo")
    assert callable(echo)
    text = "x" * length
    for _ in range(3):  # to a worker that is being started, too
        assert echo(text).result(20) == text
    arrays = [np.arange(n) for n in range(length // 1000)]
    made = echo((text, arrays)).result(20)
    assert made[0] == text
    assert all((one == other).all() for one, other in zip(made[1], arrays, strict=True))


def test_a_script_that_ends_without_stopping_its_ioc_ends(module: Path) -> None:
    lines = [
        "import sys",
        f"sys.path.insert(0, {str(module.parent)!r})",
        "from pydevpva import Ioc",
        "if __name__ == '__main__':",
        "    ioc = Ioc(serve=False)",
        "    ioc.run_python('import worker_functions')",
        "    ioc.init()",
        "    print(ioc.run_python('worker_functions.twice(4)').result(60))",
        "    print(len(ioc.run_python('worker_functions.echo')('x' * 1_000_000).result(60)))",
        "    ioc.run_python('worker_functions.sleep(1000)')",
    ]
    script = module.with_name("script_without_stop.py")
    script.write_text("\n".join(lines))
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "8\n1000000\n", "")


def test_what_a_callback_raises_ends_no_worker(ioc: Engine, caplog: pytest.LogCaptureFixture) -> None:
    echo: object = ioc.ioc.run_python("worker_functions.echo")
    assert callable(echo)

    def callback(future: object) -> None:
        raise SystemExit(3)

    for value in range(3):
        future = echo(value)
        future.add_done_callback(callback)
        assert future.result(20) == value
    assert echo(5).result(20) == 5
    assert "a callback of a call in another process" in caplog.text


def test_reload_reaches_the_workers(ioc: Engine, module: Path) -> None:
    assert ioc.put("version", 0) == "ok"
    assert ioc.get("version") == 1
    module.write_text(MODULE.replace("VERSION = 1", "VERSION = 22"))
    ioc.ioc.run_python("import importlib; importlib.reload(worker_functions)")
    ioc.ioc.evaluator.processes.renew()
    assert ioc.put("version", 0) == "ok"
    assert ioc.get("version") == 22


def test_the_end_in_the_middle_of_a_call(ioc: Engine) -> None:
    ioc.begin_put("sleep", 1000)
    eventually(lambda: ioc.ioc.evaluator.later.report()[1], "it is under way")
    before = threading.active_count()
    ioc.ioc.stop()
    assert threading.active_count() < before


@pytest.mark.parametrize("text", ["lambda: 1", "5", "print"])
def test_only_functions_of_modules_run_in_processes(engine: StartEngine, text: str) -> None:
    ioc = engine('record(ai, "X") {}')
    with pytest.raises((TypeError, ValueError), match=r"pydev\.in_process"):
        ioc.ioc.run_python(f"pydev.in_process({text})")


def test_a_coroutine_function_runs_in_no_process(engine: StartEngine) -> None:
    ioc = engine('record(ai, "X") {}')
    with pytest.raises(TypeError, match=r"pydev\.in_process: read is an async def; a worker runs plain functions"):
        ioc.ioc.run_python("async def read(): pass\npydev.in_process(read)")
