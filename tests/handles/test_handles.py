"""pydev.record: a record of this IOC, read and written from Python."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pydev
from pydevpva.errors import NotFound, PutError, Stopped
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

DB = """
record(ao, "H:Set") { field(DRVH, "10") field(DRVL, "0") field(HIHI, "8") field(HHSV, "MAJOR") field(FLNK, "H:Count") }
record(calc, "H:Count") { field(CALC, "VAL+1") }
record(bo, "H:Switch") { field(ZNAM, "Off") field(ONAM, "On") }
record(longout, "H:Whole") { }
record(waveform, "H:Wave") { field(NELM, "5") field(FTVL, "DOUBLE") }
record(waveform, "H:Names") { field(NELM, "5") field(FTVL, "STRING") }
record(lso, "H:Long") { field(SIZV, "200") }
record(table, "H:Table") { field(COLS, "x:float64 name:string") }
record(ndarray, "H:Image") { }
record(ao, "H:Move") { field(DTYP, "pydev") field(OUT, "@moved.append(VAL)") }
record(ai, "H:Reads") { field(DTYP, "pydev") field(INP, "@pydev.record('H:Set').value + 1") }
record(ai, "H:Scanned") { field(SCAN, "10 second") field(FLNK, "H:Count") }
record(bo, "H:Shut") { field(DISP, "1") }
"""


@pytest.fixture
def ioc(tmp_path: Path) -> Iterator[LocalIoc]:
    with running(tmp_path, DB, "moved = []") as ioc:
        yield LocalIoc(ioc)


def test_a_put_is_stored_when_it_returns_and_processes_the_record(ioc: LocalIoc) -> None:
    handle = pydev.record("H:Set")
    handle.put(3.5)
    assert handle.get() == handle.value == 3.5
    assert pydev.record("H:Count").value == 1


def test_alarm_and_time_are_those_of_the_record(ioc: LocalIoc) -> None:
    handle, before = pydev.record("H:Set"), time.time()
    assert handle.alarm == ("INVALID", "UDF", "")
    handle.put(9)
    assert handle.alarm == ("MAJOR", "HIHI", "")
    assert handle.alarm.severity == "MAJOR"
    assert before <= handle.time <= time.time()


def test_any_field_by_name(ioc: LocalIoc) -> None:
    handle = pydev.record("H:Set")
    handle.put(5, "HIHI")
    assert handle.get("HIHI") == 5.0
    handle.put("second counts", field="DESC")
    assert handle.get("DESC") == "second counts"
    assert handle.get("RTYP") == "ao"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("Switch", "On", 1),
        ("Switch", True, 1),
        ("Whole", np.int16(7), 7),
        ("Whole", "12", 12),
        ("Wave", [1, 2, 3], [1.0, 2.0, 3.0]),
        ("Wave", np.arange(4), [0.0, 1.0, 2.0, 3.0]),
        ("Wave", range(2), [0.0, 1.0]),
        ("Names", ["a", "b"], ["a", "b"]),
        ("Long", "x" * 150, "x" * 150),
    ],
)
def test_values_of_every_kind(ioc: LocalIoc, name: str, value: object, read: object) -> None:
    handle = pydev.record(f"H:{name}")
    handle.put(value)
    got: Any = handle.get()
    assert (got.tolist() if isinstance(got, np.ndarray) else got) == read


def test_a_whole_table_and_a_whole_image(ioc: LocalIoc) -> None:
    pydev.record("H:Table").put({"x": [1, 2], "name": ["a", "b"]})
    table = pydev.record("H:Table").get()
    assert (table["x"].tolist(), table["name"]) == ([1.0, 2.0], ["a", "b"])
    pydev.record("H:Image").put(np.arange(6, dtype="u2").reshape(2, 3))
    assert pydev.record("H:Image").get().tolist() == [[0, 1, 2], [3, 4, 5]]


def test_an_array_that_was_got_is_the_users_own(ioc: LocalIoc) -> None:
    handle = pydev.record("H:Wave")
    handle.put([1, 2, 3])
    handle.get()[0] = 99
    assert handle.get().tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("Switch", "Onn", "H:Switch.VAL: 'Onn' is not one of the choices; did you mean On?"),
        ("Whole", 2**40, "H:Whole.VAL: 1099511627776 is out of range: LONG holds -2147483648 to 2147483647"),
        ("Set", None, "H:Set.VAL: no value (None)"),
        ("Set", 1 + 2j, "H:Set.VAL: complex: use abs() or .real"),
        ("Shut", 1, "H:Shut.VAL: puts are disabled (DISP=1)"),
        ("Table", {"x": [1], "name": []}, "H:Table.VAL: columns of different length: x 1, name 0"),
    ],
)
@pytest.mark.parametrize("wait", [False, True])
def test_what_does_not_fit_is_refused(ioc: LocalIoc, name: str, value: object, error: str, wait: bool) -> None:
    with pytest.raises(PutError) as raised:
        pydev.record(f"H:{name}").put(value, wait=wait)
    assert str(raised.value) == error


def test_a_waiting_put_returns_when_the_code_has_run(ioc: LocalIoc) -> None:
    pydev.record("H:Move").put(4, wait=True)
    assert ioc.ioc.evaluator.namespace["moved"] == [4.0]


def test_a_waiting_put_gives_up_after_its_timeout(ioc: LocalIoc) -> None:
    free = threading.Event()
    ioc.ioc.evaluator.namespace["moved"] = type("Slow", (), {"append": lambda _, value: free.wait(PATIENCE)})()
    with pytest.raises(TimeoutError, match=r"H:Move: not over after 0\.05 s"):
        pydev.record("H:Move").put(4, wait=True, timeout=0.05)
    free.set()
    pydev.record("H:Move").put(5, wait=True)


def test_process_does_so_whatever_the_scan_is(ioc: LocalIoc) -> None:
    pydev.record("H:Scanned").process(wait=True)
    assert pydev.record("H:Count").value == 1


def test_code_of_a_record_reads_another(ioc: LocalIoc) -> None:
    pydev.record("H:Set").put(2)
    pydev.record("H:Reads").process(wait=True)
    assert pydev.record("H:Reads").value == 3.0


def test_names_that_are_none_are_told(ioc: LocalIoc) -> None:
    with pytest.raises(NotFound, match=r"HIHH in ao.*did you mean HIHI"):
        pydev.record("H:Set").get("HIHH")
    with pytest.raises(ValueError, match=r'the name of a record is needed; \.get\("HIHI"\) reads its HIHI'):
        pydev.record("H:Set.HIHI")


def test_a_handle_keeps_nothing_but_the_name(tmp_path: Path) -> None:
    handle = pydev.record("H:Set")
    with pytest.raises((RuntimeError, Stopped)):
        handle.get()
    for value in (1, 2):
        with running(tmp_path, DB):
            handle.put(value)
            assert handle.get() == value
    with pytest.raises((RuntimeError, Stopped)):
        handle.get()


def test_before_iocinit_there_are_no_records(tmp_path: Path) -> None:
    from pydevpva.ioc import Ioc

    with Ioc(serve=False), pytest.raises(Stopped, match="H:Set: records are there after iocInit"):
        pydev.record("H:Set").get()


def test_who_waits_when_the_ioc_stops_is_told(tmp_path: Path) -> None:
    free, told = threading.Event(), threading.Event()
    with running(tmp_path, DB, "moved = None") as ioc:
        begun = threading.Event()

        class Slow:
            def append(self, value: float) -> None:
                begun.set()
                free.wait(PATIENCE)

        ioc.evaluator.namespace["moved"] = Slow()

        def wait() -> None:
            with pytest.raises(Stopped, match="H:Move: the IOC has stopped"):
                pydev.record("H:Move").put(1, wait=True)
            told.set()

        thread = threading.Thread(target=wait)
        thread.start()
        assert begun.wait(PATIENCE)
        ioc.records.close()
        thread.join(PATIENCE)
        free.set()
    assert told.is_set()


# ---- subscriptions ----


def test_a_subscription_tells_the_value_now_and_each_change(ioc: LocalIoc) -> None:
    updates: list[Any] = []
    arrived = threading.Semaphore(0)

    def callback(update: Any) -> None:
        updates.append((update.value, update.alarm.severity, threading.current_thread().name))
        arrived.release()

    handle = pydev.record("H:Set")
    handle.put(1)
    subscription = handle.subscribe(callback)
    assert arrived.acquire(timeout=PATIENCE)
    handle.put(9)
    assert arrived.acquire(timeout=PATIENCE)
    assert updates == [(1.0, "NO_ALARM", "evaluator"), (9.0, "MAJOR", "evaluator")]
    subscription.close()
    handle.put(2)
    pydev.record("H:Move").put(1, wait=True)  # the evaluator has done all before it
    assert len(updates) == 2
    assert ioc.record("H:Set").sinks is None


def test_a_subscription_that_raises_goes_on(ioc: LocalIoc, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[float] = []
    came = threading.Semaphore(0)

    def callback(update: Any) -> None:
        seen.append(update.value)
        came.release()
        raise ValueError("bad day")

    pydev.record("H:Set").subscribe(callback, field="HIHI")
    assert came.acquire(timeout=PATIENCE)
    pydev.record("H:Set").put(6, "HIHI")
    assert came.acquire(timeout=PATIENCE)
    pydev.record("H:Move").put(1, wait=True)
    assert seen == [8.0, 6.0]
    assert caplog.text.count("a subscription to H:Set.HIHI: ValueError: bad day") == 1


def test_who_is_slow_gets_the_newest_updates(ioc: LocalIoc) -> None:
    seen: list[float] = []
    begun, free, last = threading.Event(), threading.Event(), threading.Event()

    def callback(update: Any) -> None:
        begun.set()
        free.wait(PATIENCE)
        seen.append(update.value)
        if update.value == 999:
            last.set()

    handle = pydev.record("H:Whole")
    handle.subscribe(callback)
    assert begun.wait(PATIENCE)
    for value in range(1000):
        handle.put(value)
    free.set()
    assert last.wait(PATIENCE)
    assert seen[1:] == list(range(900, 1000))
