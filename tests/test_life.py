"""The phases of an IOC's life, to which rooms attach their work."""

from __future__ import annotations

import functools
import threading
from pathlib import Path

import pytest

from pydevpva.errors import PydevpvaError
from pydevpva.ioc import Ioc
from pydevpva.life import PHASES
from tests.local_ioc import written

DB = """
record(calc, "L:Sum") { field(INPA, "2") field(CALC, "A+1") field(PINI, "YES") }
record(longin, "L:Const") { field(INP, "5") }
"""


def test_each_phase_comes_once_in_order_on_its_thread_and_finds_the_records_as_it_promises(tmp_path: Path) -> None:
    ioc = Ioc(serve=False)
    ioc.load_records(written(tmp_path / "l.db", DB))
    seen: list[tuple[str, bool, object, object]] = []

    def look(phase: str) -> None:
        on_main = threading.current_thread() is threading.main_thread()
        records = ioc.database.records
        seen.append((phase, on_main, records["L:Const"].VAL, records["L:Sum"].VAL))

    for phase in PHASES:
        ioc.life.at(phase, functools.partial(look, phase))
    ioc.init()
    ioc.stop()
    assert seen == [
        ("create", False, 0, 0.0),
        ("devices", False, 0, 0.0),
        ("links", False, 0, 0.0),
        ("before records", False, 0, 0.0),
        ("initialized", False, 5, 0.0),  # a constant is read by init_record; PINI=YES has not been
        ("records", False, 5, 3.0),
        ("serve", True, 5, 3.0),
        ("scans", True, 5, 3.0),
        ("running", True, 5, 3.0),
        ("stop", True, 5, 3.0),
    ]
    with pytest.raises(PydevpvaError, match='the phase "create" is over'):
        ioc.life.at("create", lambda: None)


def test_a_phase_that_is_none_is_refused_with_the_choices() -> None:
    with pytest.raises(PydevpvaError, match='no phase "begin"; choices: create, devices, links'):
        Ioc().life.at("begin", lambda: None)
