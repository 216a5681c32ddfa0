"""An IOC that ends while its PVA links put."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from pydevpva import Ioc
from pydevpva.errors import PydevpvaError
from tests.ioc_process import PATIENCE
from tests.local_ioc import Serve


def _clients() -> int:
    """The threads of p4p's clients in this process."""
    return sum(comm.read_text() == "PVXCTCP\n" for comm in Path("/proc/self/task").glob("*/comm"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads have names in Linux's /proc")
def test_no_client_is_left_that_a_put_has_made_at_the_end(serve: Serve) -> None:
    far = serve('record(longout, "E:Far") { }')
    before = _clients()
    for _ in range(25):
        with Ioc(serve=False) as ioc:
            ioc.environment.update(far.environment)
            ioc.load_text('record(longout, "E:Near") { field(OUT, {pva: "E:Far"}) }')
            ioc.init()
            connected, ended = threading.Event(), threading.Event()

            def puts(ioc: Ioc = ioc, connected: threading.Event = connected, ended: threading.Event = ended) -> None:
                with suppress(PydevpvaError):  # it has stopped
                    while not ended.is_set():
                        ioc.put("E:Near", 1)
                        if ioc.get("E:Near.SEVR") == 0:
                            connected.set()

            putting = threading.Thread(target=puts)
            putting.start()
            assert connected.wait(PATIENCE)
        ended.set()
        putting.join(PATIENCE)
    assert _clients() == before
