"""Code that takes long is said once, with whose it is and how many wait."""

from __future__ import annotations

import queue
import re
from pathlib import Path

import pytest

from pydevpva.devices import hanging
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

DB = """record(ao, "slow") { field(DTYP, "pydev") field(OUT, "@gate.wait()") }
record(pycalc, "calc") { field(CALC, "gate.wait()") }
record(sub, "sub") { field(SNAM, "wait") }
record(ai, "behind") { field(DTYP, "pydev") field(INP, "@1") }
record(ai, "next") { field(DTYP, "pydev") field(INP, "@1") }
"""
CODE = "import threading\ngate = threading.Event()\ndef wait(record): gate.wait()"


@pytest.mark.parametrize(("record", "name"), [("slow", "slow.OUT"), ("calc", "calc.CALC"), ("sub", "sub.SNAM")])
def test_code_that_takes_long_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: str, name: str
) -> None:
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    monkeypatch.setattr(hanging, "LOOK", 0.02)
    monkeypatch.setattr(hanging, "PATIENCE", 0.2)
    monkeypatch.setattr(hanging.log, "warning", lambda text, *args: said.put(text % args))
    with running(tmp_path, DB, CODE) as started:  # by the computer's clock, which goes on while code runs
        ioc = LocalIoc(started)
        for waiting in (record, "behind", "next"):
            ioc.put(f"{waiting}.PROC", 1, wait=False)
        text = said.get(timeout=PATIENCE)
        started.run_python("gate.set()")
        assert ioc.until("next", bool) == 1
    wanted = rf"the code of {name} has been running since \d\d:\d\d:\d\d, for 0 s; 2 others wait for their turn"
    assert re.fullmatch(wanted, text), text
    assert said.empty()
