"""iocPause and iocRun: PINI's phases, and what does not happen while paused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.errors import PydevpvaError
from tests.local_ioc import local_ioc

DB = "".join(
    f'record(calc, "{pini}") {{ field(PINI, "{pini}") field(CALC, "VAL+1") }}\n'
    for pini in ("YES", "RUN", "RUNNING", "PAUSE", "PAUSED")
)


def test_pini_has_its_moment(tmp_path: Path) -> None:
    with local_ioc(tmp_path, DB) as ioc:
        counts = [[ioc.get(name) for name in ("YES", "RUN", "RUNNING", "PAUSE", "PAUSED")]]
        ioc.ioc.pause()
        counts.append([ioc.get(name) for name in ("YES", "RUN", "RUNNING", "PAUSE", "PAUSED")])
        ioc.ioc.resume()
        counts.append([ioc.get(name) for name in ("YES", "RUN", "RUNNING", "PAUSE", "PAUSED")])
    assert counts == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 2, 2, 1, 1]]


def test_events_and_values_of_python_do_nothing_while_paused(tmp_path: Path) -> None:
    db = """record(calc, "c") { field(SCAN, "Event") field(EVNT, "go") field(CALC, "VAL+1") }
    record(longin, "i") { field(SCAN, "I/O Intr") field(DTYP, "pydev") field(INP, "@pydev.iointr('x')") }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.ioc.pause()
        ioc.call(ioc.ioc.database.scanner.post_event, "go")
        ioc.ioc.run_python("pydev.iointr('x', 5)")
        assert (ioc.get("c"), ioc.get("i")) == (0, 0)
        ioc.ioc.resume()
        ioc.call(ioc.ioc.database.scanner.post_event, "go")
        ioc.ioc.run_python("pydev.iointr('x', 6)")
        assert (ioc.until("c", bool), ioc.until("i", bool)) == (1, 6)


def test_pausing_twice_is_refused(tmp_path: Path) -> None:
    with local_ioc(tmp_path, DB) as ioc:
        ioc.ioc.pause()
        with pytest.raises(PydevpvaError, match="iocPause: the IOC is not running"):
            ioc.ioc.pause()


def test_what_cp_links_saw_while_paused_is_processed_afterwards(tmp_path: Path) -> None:
    db = 'record(calc, "c") { field(INPA, "src CP") field(CALC, "VAL+1") } record(ao, "src") { }'
    with local_ioc(tmp_path, db) as ioc:
        assert ioc.until("c", bool) == 1
        ioc.ioc.pause()
        ioc.put("src", 5)
        assert (ioc.get("src"), ioc.get("c")) == (5, 1)
        ioc.ioc.resume()
        assert ioc.until("c", lambda value: value > 1) == 2
