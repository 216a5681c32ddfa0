"""Scans whose positioners, triggers and detectors are in another IOC, over Channel Access."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.engine.put import put_now
from tests.ca.links.near_and_far import far_ioc, our_ioc, wait_for
from tests.ioc_process import Starter, loopback

pytestmark = pytest.mark.process
FAR = """
record(ao, "motor") { field(EGU, "mm") field(PREC, "3") field(DRVH, "10") field(DRVL, "-10") }
record(calc, "detector") { field(INPA, "motor") field(CALC, "A*A") }
record(waveform, "spectrum") { field(FTVL, "DOUBLE") field(NELM, "4") field(INP, [10, 20, 30, 40]) }
"""
NEAR = """
record(swait, "w") { field(CALC, "A+1") field(INAN, "motor") }
record(sscan, "s") {
    field(MPTS, "10") field(NPTS, "3") field(P1PV, "motor") field(R1PV, "motor") field(P1SP, "1") field(P1EP, "2")
    field(T1PV, "detector.PROC") field(D01PV, "detector") field(D02PV, "spectrum")
}
"""


def test_a_scan_of_another_ioc(start: Starter, tmp_path: Path) -> None:
    far = far_ioc(start, FAR)
    environment = loopback() | {k: v for k, v in far.environment.items() if k.startswith("EPICS_CA_")}
    with our_ioc(tmp_path, NEAR, environment) as near:
        call, find, scan = near.database.loop.call, near.database.find, near.database.records["s"]
        for _ in range(3):  # the first waits until all are found; each point has the values of its own moment
            call(lambda: put_now(find("s.EXSC"), 1, None))
            wait_for(near, lambda r: r["s"].DATA == 1 and r["s"].BUSY == 0, "the end of the scan")
            assert call(lambda: [array[:3].tolist() for array in (scan.P1RA, scan.D01DA, scan.D02DA)]) == [
                [1.0, 1.5, 2.0],
                [1.0, 2.25, 4.0],
                [10.0, 20.0, 30.0],
            ]
        assert (scan.P1EU, scan.P1PR, scan.P1LR, scan.P1HR) == ("mm", 3, -10.0, 10.0)
        call(lambda: put_now(find("w.PROC"), 1, None))
        assert near.database.records["w"].VAL == 3.0
