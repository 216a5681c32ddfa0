"""Scans whose positioners, triggers and detectors are in another IOC, over PVAccess."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pydevpva.engine.put import put_now
from pydevpva.ioc import Ioc
from tests.ioc_process import loopback
from tests.local_ioc import eventually
from tests.pva.test_links import searching

FAR = """
record(ao, "motor") { field(EGU, "mm") field(PREC, "3") field(DRVH, "10") field(DRVL, "-10") }
record(calcout, "trigger") { field(CALC, "A") field(ODLY, "0.01") field(FLNK, "detector") }
record(calc, "detector") { field(INPA, "motor") field(CALC, "A*A") }
record(waveform, "spectrum") { field(FTVL, "DOUBLE") field(NELM, "4") field(INP, [10, 20, 30, 40]) }
"""
NEAR = """
record(sscan, "s") {
    field(MPTS, "10") field(NPTS, "3") field(P1PV, "motor") field(R1PV, "motor") field(P1SP, "1") field(P1EP, "2")
    field(T1PV, "trigger.A") field(D01PV, "detector") field(D02PV, "spectrum") field(PASM, "START POS")
}
"""


@pytest.fixture
def iocs(tmp_path: Path) -> Iterator[tuple[Ioc, Ioc]]:
    """The far one, and the near one, which finds it."""
    with ExitStack() as stack:

        def start(name: str, db: str, environment: dict[str, str]) -> Ioc:
            (tmp_path / name).write_text(db)
            ioc = Ioc()
            ioc.environment.update(environment)
            ioc.load_records(str(tmp_path / name))
            stack.callback(ioc.stop)
            ioc.init()
            return ioc

        far = start("far.db", FAR, loopback())
        own = loopback()
        yield far, start("near.db", NEAR, own | searching(far.environment, own))


def test_a_scan_of_another_ioc(iocs: tuple[Ioc, Ioc]) -> None:
    far, near = iocs
    scan, motor = near.database.records["s"], far.database.records["motor"]
    on_database = near.database.loop.call
    for again in range(5):  # each point has the values of its own moment
        on_database(lambda: put_now(near.database.find("s.EXSC"), 1, None))
        eventually(lambda: scan.BUSY == 0 and scan.DATA == 1, f"end of scan {again}")
        positions, data, spectrum = on_database(
            lambda: [array[:3].tolist() for array in (scan.P1RA, scan.D01DA, scan.D02DA)]
        )
        assert positions == pytest.approx([1.0, 1.5, 2.0])  # and not quite: a positioner has to see a change
        assert data == pytest.approx([p * p for p in positions])
        assert (spectrum, motor.VAL) == ([10.0, 20.0, 30.0], pytest.approx(1.0))
    assert (scan.P1EU, scan.P1PR, scan.P1LR, scan.P1HR) == ("mm", 3, -10.0, 10.0)


def test_a_positioner_that_is_lost_ends_the_scan(iocs: tuple[Ioc, Ioc]) -> None:
    far, near = iocs
    scan = near.database.records["s"]
    near.database.loop.call(lambda: put_now(near.database.find("s.PDLY"), 30, None))
    near.database.loop.call(lambda: put_now(near.database.find("s.T1PV"), "trigger.ODLY", None))
    near.database.loop.call(lambda: put_now(near.database.find("s.EXSC"), 1, None))
    eventually(lambda: scan.FAZE == 5, "the positioner is there, and settles")
    far.stop()
    eventually(lambda: scan.P1NV == 6, "its loss")
    for _ in range(2):
        near.database.loop.call(lambda: put_now(near.database.find("s.EXSC"), 0, None))
    eventually(lambda: scan.BUSY == 0, "the end of the scan")
