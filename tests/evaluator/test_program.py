"""pydev.Program: started, paused, resumed and aborted by records; state, message and hardware right each time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pydev
from pydevpva.errors import PydevpvaError
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

SCAN = """
import asyncio
steps, beam, hold_at = [], False, None
async def scan(program, count, fails_at=None):
    global beam
    beam = True
    try:
        for n in range(int(count)):
            await program.step(f"point {n}", n / count)
            steps.append(n)
            if n == fails_at:
                raise ValueError("no light")
            while n == hold_at: await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
        return n
    finally:
        await asyncio.sleep(0.01)  # moving it takes a moment
        beam = False
scan = pydev.Program("scan", scan)
"""
DB = """
record(longout, "P:Start") { field(DTYP, "pydev") field(OUT, "@scan.start(VAL)") }
record(bo, "P:Abort") { field(DTYP, "pydev") field(OUT, "@scan.abort()") }
record(bo, "P:Pause") { field(DTYP, "pydev") field(OUT, "@scan.pause() if VAL else scan.resume()") }
record(mbbi, "P:State") { field(DTYP, "pydev") field(INP, "@pydev.iointr('scan.state')") field(SCAN, "I/O Intr")
  field(ZRST, "idle") field(ONST, "running") field(TWST, "paused") field(THST, "done") field(FRST, "failed")
  field(FVST, "aborted") }
record(stringin, "P:Step") { field(DTYP, "pydev") field(INP, "@pydev.iointr('scan.step')") field(SCAN, "I/O Intr") }
record(ai, "P:Progress") { field(DTYP, "pydev") field(INP, "@pydev.iointr('scan.progress')") field(SCAN, "I/O Intr") }
record(lsi, "P:Error") { field(SIZV, "200") field(DTYP, "pydev") field(INP, "@pydev.iointr('scan.error')")
  field(SCAN, "I/O Intr") }
"""
STATES = ("idle", "running", "paused", "done", "failed", "aborted")


class Scan:
    """The program and its records, as a client sees them."""

    def __init__(self, ioc: LocalIoc) -> None:
        self.ioc = ioc
        self.namespace = ioc.ioc.evaluator.namespace

    def state(self) -> str:
        return STATES[pydev.record("P:State").value]

    def start(self, count: int) -> Any:
        """Put to P:Start; the function returned waits for its end."""
        return self.ioc.begin_put("P:Start", count)

    def start_to(self, point: int) -> Any:
        """As start; it has come to this point, and stays there until it is paused, aborted or let go on."""
        self.namespace["hold_at"] = point
        ended = self.start(20)
        self.until("P:Step", f"point {point}")
        return ended

    def let_go_on(self) -> None:
        self.namespace["hold_at"] = None

    def until(self, name: str, wanted: Any) -> None:
        self.ioc.until(name, lambda value: value == wanted)


@pytest.fixture
def scan(tmp_path: Path) -> Iterator[Scan]:
    with running(tmp_path, DB, SCAN) as ioc:
        yield Scan(LocalIoc(ioc))


def test_a_put_that_starts_it_ends_with_it(scan: Scan) -> None:
    assert scan.start(3)() is None
    assert scan.namespace["steps"] == [0, 1, 2]
    assert (scan.state(), pydev.record("P:Step").value, pydev.record("P:Progress").value) == ("done", "point 2", 1.0)
    assert scan.namespace["beam"] is False
    assert pydev.record("P:Start").value == 2, "its result"


def test_it_runs_again(scan: Scan) -> None:
    for _ in range(2):
        assert scan.start(2)() is None
    assert scan.namespace["steps"] == [0, 1, 0, 1]


def test_it_runs_once_at_a_time(scan: Scan) -> None:
    ended = scan.start(1000)
    scan.until("P:State", 1)
    with pytest.raises(PydevpvaError, match="program scan is running: abort it first"):
        scan.namespace["scan"].start(1)
    assert scan.ioc.begin_put("P:Abort", 1)() is None
    ended()


@pytest.mark.parametrize("at", range(5))
def test_abort_at_each_step_leaves_the_hardware_safe(scan: Scan, at: int, caplog: pytest.LogCaptureFixture) -> None:
    ended = scan.start_to(at)
    assert scan.ioc.begin_put("P:Abort", 1)() is None, "the put is answered when all is over"
    assert scan.namespace["beam"] is False
    assert (scan.state(), pydev.record("P:Error").value) == ("aborted", "")
    ended()
    assert pydev.record("P:Start").alarm.message == "CancelledError: aborted"
    assert "During handling of" not in caplog.text
    assert not [text for text in caplog.messages if text.startswith("task scan")]  # it was asked for: no error


@pytest.mark.parametrize("at", range(5))
def test_pause_and_resume_at_each_step(scan: Scan, at: int) -> None:
    ended = scan.start_to(at)
    assert scan.ioc.begin_put("P:Pause", 1)() is None
    scan.let_go_on()
    scan.until("P:State", 2)
    done = list(scan.namespace["steps"])
    pydev.record("P:Pause").put(0, wait=True)
    assert ended() is None
    assert (scan.state(), scan.namespace["steps"], scan.namespace["beam"]) == ("done", list(range(20)), False)
    assert len(done) < 20


@pytest.mark.parametrize("at", range(5))
def test_abort_while_it_is_paused_at_each_step(scan: Scan, at: int) -> None:
    ended = scan.start_to(at)
    pydev.record("P:Pause").put(1, wait=True)
    scan.let_go_on()
    scan.until("P:State", 2)
    assert scan.ioc.begin_put("P:Abort", 1)() is None
    ended()
    assert (scan.state(), scan.namespace["beam"]) == ("aborted", False)


@pytest.mark.parametrize("at", range(5))
def test_an_error_at_each_step(scan: Scan, at: int, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="no light"):
        scan.namespace["scan"].start(5, fails_at=at).result(PATIENCE)
    scan.until("P:State", 4)
    assert (scan.namespace["steps"], scan.namespace["beam"]) == (list(range(at + 1)), False)
    assert pydev.record("P:Error").value == "ValueError: no light"
    assert "program scan: ValueError: no light" in caplog.text
    assert scan.start(2)() is None, "it runs again"
    assert (scan.state(), pydev.record("P:Error").value) == ("done", "")


def test_who_cancels_the_put_aborts_it(scan: Scan) -> None:
    ended = scan.start(1000)
    scan.until("P:Step", "point 1")
    assert pydev.cancel("P:Start")
    ended()
    scan.until("P:State", 5)
    assert scan.namespace["beam"] is False


@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
@pytest.mark.parametrize("at", range(5))
def test_the_end_of_the_ioc_at_each_step(tmp_path: Path, at: int, paused: bool) -> None:
    with running(tmp_path, DB, SCAN) as ioc:
        scan = Scan(LocalIoc(ioc))
        scan.start_to(at)
        if paused:
            pydev.record("P:Pause").put(1, wait=True)
            scan.let_go_on()
            scan.until("P:State", 2)
    assert (scan.namespace["scan"].state, scan.namespace["beam"]) == ("aborted", False)


def test_it_is_started_and_not_called(scan: Scan) -> None:
    with pytest.raises(TypeError, match=r"program scan is not called: scan\.start\(\.\.\.\) runs it"):
        scan.namespace["scan"](3)


def test_what_does_not_run_cannot_be_paused(scan: Scan) -> None:
    with pytest.raises(PydevpvaError, match="program scan is idle: there is nothing to pause"):
        scan.namespace["scan"].pause()
    assert scan.namespace["scan"].abort() is None


def test_a_module_with_a_program_can_be_imported_without_an_ioc() -> None:
    async def empty(program: Any) -> None:
        """Does nothing."""

    made = pydev.Program("empty")(empty)
    assert (made.state, made.__doc__) == ("idle", "Does nothing.")
    with pytest.raises((RuntimeError, PydevpvaError)):
        made.start()


@pytest.mark.long
def test_abort_right_after_start(scan: Scan) -> None:
    program = scan.namespace["scan"]
    threads = threading.active_count()
    for _ in range(200):
        future = program.start(1000)
        over = program.abort()
        if over is not None:
            over.result(PATIENCE)
        assert future.done()
        assert (program.state, scan.namespace["beam"]) == ("aborted", False)
    assert threading.active_count() <= threads + 1  # pydev-async
