"""scanparm: the parameters of a scan, which are sent to an sscan record together."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "motor") { field(VAL, "5") } record(calc, "n") { field(CALC, "VAL+1") }
record(sscan, "s") { field(MPTS, "20") field(NPTS, "4") }
record(scanparm, "p") {
    field(PRE, "4") field(OPRE, "s.CMND CA") field(OSM, "s.P1SM CA") field(AR, "RELATIVE") field(OAR, "s.P1AR CA")
    field(AFT, "PRIOR POS") field(OAFT, "s.PASM CA") field(PPV, "motor") field(OPPV, "s.P1PV CA")
    field(RPV, "motor") field(ORPV, "s.R1PV CA") field(SP, "-1") field(OSP, "s.P1SP CA") field(EP, "1")
    field(OEP, "s.P1EP CA") field(NP, "5") field(ONP, "s.NPTS CA") field(SC, "1") field(OSC, "s.EXSC CA")
    field(IMP, "s.MPTS") field(IACT, "s.BUSY") field(FLNK, "n") %s
}
"""


def test_load_sends_all_to_the_scan(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert db.put("p.LOAD", 1) == "ok"
    db.advance(0)
    assert [db.get(f"s.{f}") for f in ("P1PV", "P1SP", "P1EP", "NPTS", "P1AR", "PASM")] == ["motor", -1.0, 1.0, 5, 1, 2]
    assert [db.get(f"p.{f}") for f in ("LOAD", "STEP", "MP", "ACT")] == [0, 0.5, 20, 0]
    assert (db.get("s.DATA"), db.get("n")) == (0, 1.0)


def test_go_starts_it_too(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert db.put("p.GO", 1) == "ok"
    db.until("s.DATA", lambda data: data == 1)
    db.advance(0)
    assert (db.get("s.P1RA")[:5], db.get("p.GO"), db.get("motor")) == ([4.0, 4.5, 5.0, 5.5, 6.0], 0, 5.0)


def test_while_the_scan_runs_nothing_is_sent(engine: StartEngine) -> None:
    db = engine('record(ao, "active") { field(VAL, "1") }' + DB % 'field(IACT, "active")')
    assert db.put("p.GO", 1) == "ok"
    db.advance(0)
    assert (db.get("s.NPTS"), db.get("s.DATA"), db.get("p.GO")) == (4, 0, 0)


@pytest.mark.parametrize(("points", "becomes"), [(0, 2), (1, 2), (21, 20), (7, 7)])
def test_the_number_of_points_is_between_2_and_what_there_is_room_for(
    engine: StartEngine, points: int, becomes: int
) -> None:
    db = engine(DB % "")
    assert db.put("p.NP", points) == "ok"
    assert (db.get("p.NP"), db.get("p.STEP")) == (becomes, 2 / (becomes - 1))


def test_a_link_that_cannot_be_read_stops_it_and_the_put_is_answered(engine: StartEngine) -> None:
    db = engine(DB % 'field(IMP, "nowhere")')
    assert db.put("p.GO", 1) == "ok"
    assert (db.get("p.GO"), db.get("n"), db.get("s.NPTS")) == (1, 0.0, 4)
