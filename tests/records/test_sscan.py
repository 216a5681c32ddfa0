"""sscan: positioners and detectors that are named at run time, point by point."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "motor") {} record(calc, "n") { field(CALC, "VAL+1") }
record(calc, "detector") { field(INPA, "motor") field(CALC, "A*A") } record(bo, "trigger") { field(FLNK, "detector") }
record(sscan, "s") {
    field(MPTS, "10") field(NPTS, "3") field(FLNK, "n")
    field(P1PV, "motor") field(P1SP, "1") field(P1EP, "2") field(T1PV, "trigger") field(D01PV, "detector") %s
}
"""


def test_a_scan_takes_each_point_and_shows_the_data_at_its_end(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert (db.get("s.P1SI"), db.text("s.P1NV"), db.text("s.P2NV")) == (0.5, "PV OK", "No PV")
    assert db.put("s.EXSC", 1) == "ok"  # with completion: the scan is over
    assert db.get("s.P1RA") == [1.0, 1.5, 2.0] + [2.0] * 7  # the rest is as the last point
    assert db.get("s.D01DA") == [1.0, 2.25, 4.0] + [4.0] * 7
    assert [db.get(f"s.{field}") for field in ("CPT", "BCPT", "DATA", "BUSY", "EXSC")] == [3, 3, 1, 0, 0]
    assert (db.text("s.FAZE"), db.get("s.SMSG"), db.get("n"), db.get("motor")) == ("IDLE", "SCAN Complete", 1.0, 2.0)
