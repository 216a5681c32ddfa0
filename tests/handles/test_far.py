"""pydev.record of a record of another IOC: through the network, by the links' client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pydevpva.errors import PutError
from pydevpva.evaluator.handles import Handle
from pydevpva.ioc import Ioc
from tests.ioc_process import PATIENCE, loopback
from tests.local_ioc import eventually, written

FAR = """
record(ao, "F:Set") { field(HIHI, "8") field(HHSV, "MAJOR") field(FLNK, "F:Count") }
record(calc, "F:Count") { field(CALC, "VAL+1") field(FLNK, "F:All") }
record(compress, "F:All") { field(ALG, "Circular Buffer") field(NSAM, "30") field(INP, "F:Set") }
record(waveform, "F:Wave") { field(NELM, "5") field(FTVL, "DOUBLE") }
record(bo, "F:Switch") { field(ZNAM, "Off") field(ONAM, "On") }
record(longout, "F:Code") { field(DTYP, "pydev") field(OUT, "@moved.append(VAL)") }
"""


@pytest.fixture
def iocs(tmp_path: Path) -> Iterator[tuple[Ioc, Ioc]]:
    """(near, far): two IOCs in this process; near searches on far's ports."""
    with ExitStack() as stack:
        far, near = Ioc(), Ioc(serve=False)
        far.environment.update(loopback())
        near.environment.update(far.environment)
        far.run_python("moved = []")
        far.load_records(written(tmp_path / "far.db", FAR))
        near.load_records(written(tmp_path / "near.db", 'record(ao, "N:Set") { }'))
        for ioc in (far, near):
            stack.callback(ioc.stop)
            ioc.init()
        yield near, far


def handle(ioc: Ioc, name: str) -> Handle:
    return ioc.evaluator.pydev.record(name)


def test_get_put_process(iocs: tuple[Ioc, Ioc]) -> None:
    near, _ = iocs
    record = handle(near, "F:Set")
    record.put(9, wait=True)
    assert record.value == 9.0
    assert record.alarm == ("MAJOR", "", "HIHI")
    assert handle(near, "F:Count").value == 1.0
    record.process(wait=True)
    assert handle(near, "F:Count").get() == 2.0
    assert record.get("HIHI") == 8.0
    handle(near, "F:Wave").put([1, 2, 3], wait=True)
    assert handle(near, "F:Wave").get().tolist() == [1, 2, 3]
    handle(near, "F:Switch").put("On", wait=True)
    assert handle(near, "F:Switch").get() == 1


def test_a_waiting_put_ends_when_the_far_code_has_run(iocs: tuple[Ioc, Ioc]) -> None:
    near, far = iocs
    for value in range(5):
        handle(near, "F:Code").put(value, wait=True)
    assert far.evaluator.namespace["moved"] == [0, 1, 2, 3, 4]


def test_puts_without_wait_all_arrive_in_order(iocs: tuple[Ioc, Ioc]) -> None:
    near, _ = iocs
    for value in range(20):
        handle(near, "F:Set").put(value)
    handle(near, "F:Set").put(20, wait=True)
    assert handle(near, "F:All").get().tolist() == list(range(21))


def test_a_refused_put_is_an_error(iocs: tuple[Ioc, Ioc]) -> None:
    near, _ = iocs
    with pytest.raises(PutError, match=r"F:Set\.RTYP: .*F:Set\.RTYP: this field cannot be changed"):
        handle(near, "F:Set").put("x", "RTYP", wait=True)


def test_what_no_server_has(iocs: tuple[Ioc, Ioc]) -> None:
    near, _ = iocs
    with pytest.raises(TimeoutError, match=r"no PV N:Sett found within 0\.2 s, in this IOC or another; did you mean N"):
        handle(near, "N:Sett").get(timeout=0.2)


def test_a_subscription(iocs: tuple[Ioc, Ioc]) -> None:
    near, _ = iocs
    seen: list[Any] = []
    arrived = threading.Semaphore(0)

    def callback(update: Any) -> None:
        seen.append(update.value)
        arrived.release()

    handle(near, "F:Set").put(1, wait=True)
    subscription = handle(near, "F:Set").subscribe(callback)
    assert arrived.acquire(timeout=PATIENCE)
    handle(near, "F:Set").put(2, wait=True)
    assert arrived.acquire(timeout=PATIENCE)
    assert seen == [1.0, 2.0]
    subscription.close()


def test_a_pv_is_left_when_nobody_uses_it(iocs: tuple[Ioc, Ioc], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pydevpva.pva.links.handles.LINGER", 0.05)
    near, _ = iocs
    handle(near, "F:Set").get()
    eventually(lambda: not near.remote_links.pvs.all(), "the PV is left")
    assert handle(near, "F:Set").get() == 0.0
