"""busy as the users of areaDetector use it: a put of 1 that waits is answered when what it began is over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ca.client import NORMAL
from tests.ca.served import Served
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE
from tests.local_ioc import eventually

Serve = Callable[..., Served]

ACQUIRE = """
record(busy, "D:Acquire") { field(OUT, "D:Start PP") field(FLNK, "D:n") }
record(bo, "D:Start") { field(DTYP, "pydev") field(OUT, "@camera.start(VAL)") }
record(longin, "D:Frames") { field(DTYP, "pydev") field(INP, "@pydev.iointr('frames')") field(SCAN, "I/O Intr")
    field(FLNK, "D:Over") }
record(calcout, "D:Over") { field(INPA, "D:Frames") field(CALC, "A<2") field(OOPT, "When Zero")
    field(OUT, "D:Acquire PP") }
record(calc, "D:n") { field(CALC, "VAL+1") }
"""
CAMERA = """
import queue, threading, pydev
class Camera:
    def __init__(self):
        self.exposures, self.starts = queue.Queue(), 0
    def start(self, on):
        if on:
            self.starts += 1
            threading.Thread(target=self.expose, daemon=True).start()
    def expose(self):
        for n in (1, 2):
            self.exposures.get()  # a test that stops it in between leaves its thread to itself
            pydev.iointr('frames', n)
camera = Camera()
"""


def by_ca(ioc: Served) -> Callable[[], object]:
    """Put 1, as libca does it with a callback; the function waits for that."""
    ended = ioc.client.channel("D:Acquire").begin_put(1)
    return lambda: ended().status == NORMAL


def by_pva(ioc: Served) -> Callable[[], object]:
    """Put 1 with block; the function waits for that."""

    def put() -> bool:
        with p4p_context(ioc.environment) as client:
            client.put("D:Acquire", {"value.index": 1}, wait=True, get=False, timeout=PATIENCE)
        return True

    return ThreadPoolExecutor(1).submit(put).result


@pytest.mark.parametrize("put", [by_ca, by_pva])
def test_a_put_of_1_is_answered_when_the_last_frame_is_there(
    serve: Serve, put: Callable[[Served], Callable[[], object]]
) -> None:
    ioc = serve(ACQUIRE, CAMERA)
    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(put(ioc))
        eventually(lambda: ioc.ioc.run_python("camera.starts") == 1, "the camera starts")
        ioc.ioc.run_python("camera.exposures.put(1)")
        eventually(lambda: ioc.read("D:Frames") == 1, "the first frame")
        assert (ioc.text("D:Acquire"), ioc.read("D:n"), answered.done()) == ("Busy", 0.0, False)
        ioc.ioc.run_python("camera.exposures.put(2)")
        assert answered.result(PATIENCE)
        assert (ioc.text("D:Acquire"), ioc.read("D:n"), ioc.read("D:Frames")) == ("Done", 1.0, 2)


@pytest.mark.parametrize("put", [by_ca, by_pva])
def test_a_stop_of_another_client_answers_the_put_that_waits(
    serve: Serve, put: Callable[[Served], Callable[[], object]]
) -> None:
    ioc = serve(ACQUIRE, CAMERA)
    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(put(ioc))
        eventually(lambda: ioc.ioc.run_python("camera.starts") == 1, "the camera starts")
        assert not answered.done()
        ioc.begin_put("D:Acquire", 0, wait=False)()
        assert answered.result(PATIENCE)
        assert (ioc.text("D:Acquire"), ioc.read("D:n")) == ("Done", 1.0)
