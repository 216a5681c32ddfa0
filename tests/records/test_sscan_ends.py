"""sscan: scans that wait, are paused, are ended; and scans of scans."""

from __future__ import annotations

import pytest

from tests.local_ioc import Engine, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "motor") {} record(ao, "other") {} record(busy, "never") {} record(calc, "n") { field(CALC, "VAL+1") }
record(calc, "shots") { field(CALC, "VAL+1") }
record(sscan, "s") {
    field(MPTS, "10") field(NPTS, "3") field(P1PV, "motor") field(P1SP, "1") field(P1EP, "3") field(D01PV, "motor")
    field(FLNK, "n") %s
}
"""


def state(db: Engine, *fields: str) -> list[object]:
    """Of the scan."""
    return [db.text("s.FAZE"), *(db.get(f"s.{field}") for field in fields)]


def test_0_ends_a_scan_once_what_it_waits_for_has_ended(engine: StartEngine) -> None:
    db = engine(DB % 'field(T1PV, "never")')
    db.put("s.EXSC", 1, wait=False)
    db.until("never", lambda busy: busy == 1)
    assert db.put("s.EXSC", 0, wait=False) == "ok"
    assert state(db, "XSC", "BUSY", "SMSG") == ["WAIT:DETCTRS", 0, 1, "Abort: waiting for callback(s)"]
    db.put("never", 0, wait=False)
    db.until("s.BUSY", lambda busy: busy == 0)
    assert (state(db, "DATA", "BCPT"), db.get("n")) == (["IDLE", 1, 0], 1.0)


@pytest.mark.parametrize("name", ["T1PV", "P2PV", "BSPV", "ASPV", "A1PV"])
def test_a_second_0_ends_a_scan_whatever_it_waits_for(engine: StartEngine, name: str) -> None:
    db = engine(DB % f'field({name}, "never") field(P2SP, "1") field(P2EP, "1")')
    answer = db.begin_put("s.EXSC", 1)
    db.until("never", lambda busy: busy == 1)
    for _ in range(2):
        db.put("s.EXSC", 0, wait=False)
    db.until("s.BUSY", lambda busy: busy == 0)
    assert answer() is None
    assert (state(db, "XSC", "KILL"), db.get("n")) == (["IDLE", 0, 0], 1.0)
    db.put("never", 0, wait=False)
    db.put(f"s.{name}", "")
    assert db.put("s.EXSC", 1) == "ok"
    assert state(db, "BCPT") == ["IDLE", 3]


def test_what_a_scan_that_was_given_up_has_begun_belongs_to_no_other(engine: StartEngine) -> None:
    db = engine('record(busy, "late") {}' + DB % 'field(T1PV, "never") field(T2PV, "late")')
    db.put("s.EXSC", 1, wait=False)
    db.until("never", lambda busy: busy == 1)
    for _ in range(2):
        db.put("s.EXSC", 0, wait=False)
    db.put("s.T1PV", "")
    db.put("late", 0, wait=False)
    db.advance(0)
    db.put("s.EXSC", 1, wait=False)
    db.until("late", lambda busy: busy == 1)
    db.put("never", 0, wait=False)
    db.advance(0)
    assert state(db, "CPT", "XSC") == ["WAIT:DETCTRS", 0, 1]


def test_a_name_that_is_put_anew_lets_go_of_what_never_ends(engine: StartEngine) -> None:
    db = engine(DB % 'field(T1PV, "never")')
    db.put("s.EXSC", 1, wait=False)
    db.until("never", lambda busy: busy == 1)
    for _ in range(2):
        db.put("s.EXSC", 0, wait=False)
    db.put("s.T1PV", "never")
    db.put("s.T1CD", 0)
    assert db.put("s.EXSC", 1) == "ok"  # each put of 0 is at its end at once
    assert db.get("s.BCPT") == 3


def test_what_may_not_change_while_points_are_taken_is_refused(engine: StartEngine) -> None:
    db = engine(DB % 'field(T1PV, "never")')
    db.put("s.EXSC", 1, wait=False)
    db.until("never", lambda busy: busy == 1)
    for field, value in (("NPTS", 5), ("P1SP", 0), ("P1PV", "other"), ("ACQM", 1), ("CMND", 1), ("FFO", 1)):
        if field == "CMND":
            assert db.put("s.CMND", value) == "ok"  # it is Clear msg before, and afterwards
            assert db.get("s.CMND") == 0
        else:
            assert "not while the scan runs" in db.put(f"s.{field}", value)
    assert state(db, "NPTS", "P1SP", "P1PV") == ["WAIT:DETCTRS", 3, 1.0, "motor"]
    assert "runs already" in db.put("s.EXSC", 1, wait=False)


def test_a_pause_holds_the_scan_at_the_end_of_what_it_does(engine: StartEngine) -> None:
    db = engine(DB % 'field(T1PV, "never") field(RDLY, "0.5")')
    answer = db.begin_put("s.EXSC", 1)
    db.until("never", lambda busy: busy == 1)
    db.put("s.PAUS", "PAUSE")
    db.put("never", 0, wait=False)
    db.until("s.SMSG", lambda text: text == "Scan paused by operator")
    assert state(db, "CPT") == ["WAIT:DETCTRS", 0]
    db.put("s.PAUS", "GO")
    db.advance(0.5)
    db.until("s.CPT", lambda point: point == 1)
    for _ in range(2):
        db.until("never", lambda busy: busy == 1)
        db.put("never", 0, wait=False)
    assert answer() is None
    assert state(db, "BCPT") == ["IDLE", 3]


def test_a_scan_that_is_asked_for_during_a_pause_begins_after_it(engine: StartEngine) -> None:
    db = engine(DB % 'field(PAUS, "PAUSE")')
    db.put("s.PAUS", "PAUSE")
    db.put("s.PAUS", "GO")
    db.put("s.PAUS", "PAUSE")
    assert "Scan is paused" in db.put("s.EXSC", 1, wait=False)
    assert state(db, "XSC", "BUSY") == ["IDLE", 1, 0]
    db.put("s.PAUS", "GO")
    db.until("s.DATA", lambda data: data == 1)


def test_a_put_that_waits_is_answered_when_its_scan_is_ended_before_it_began(engine: StartEngine) -> None:
    db = engine(DB % "")
    db.put("s.PAUS", "PAUSE")
    answer = db.begin_put("s.EXSC", 1)
    assert db.put("s.EXSC", 0, wait=False) == "ok"
    assert answer() is None
    assert (state(db, "XSC", "BUSY", "CPT"), db.get("motor")) == (["IDLE", 0, 0, 0], 0.0)
    db.put("s.PAUS", "GO")
    assert db.put("s.EXSC", 1) == "ok"  # no put stands before it


def test_a_scan_begins_after_a_pause_also_when_one_that_was_given_up_still_waits(engine: StartEngine) -> None:
    db = engine(DB % 'field(A1PV, "never") field(P1SM, "TABLE")')
    assert "Pts in P1 Table" in db.put("s.EXSC", 1, wait=False)
    db.put("s.EXSC", 0, wait=False)
    db.until("never", lambda busy: busy == 1)  # arrays are asked for nevertheless
    db.put("s.P1PA", [1, 2, 3])
    db.put("s.PAUS", "PAUSE")
    db.put("s.EXSC", 1, wait=False)
    db.put("s.PAUS", "GO")
    db.until("s.CPT", lambda points: points == 3)


def test_processing_an_idle_scan_is_over_at_once(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert db.put("s.PROC", 1) == "ok"
    assert (state(db, "XSC", "BUSY"), db.get("n")) == (["IDLE", 0, 0], 0.0)


def test_clients_hold_each_point_until_they_let_it_go(engine: StartEngine) -> None:
    db = engine(DB % 'field(T1PV, "shots.PROC") field(AWCT, "2")')
    answer = db.begin_put("s.EXSC", 1)
    for point in range(3):
        db.until("s.WTNG", lambda waits: waits == 1)
        assert (db.get("s.CPT"), db.get("shots"), db.get("s.WCNT")) == (point, point + 1.0, 2)
        db.put("s.WAIT", 0)
        db.put("s.WAIT", 0)
    assert answer() is None
    assert db.get("s.BCPT") == 3


def test_data_that_are_being_saved_stay_until_they_are(engine: StartEngine) -> None:
    db = engine(DB % 'field(AAWAIT, "YES")')
    db.put("s.EXSC", 1)
    assert db.get("s.AWAIT") == 1
    db.put("s.P1SP", 2)
    answer = db.begin_put("s.EXSC", 1)
    db.until("s.DSTATE", lambda state: state == 5)
    assert (db.get("s.DATA"), db.get("s.P1RA")[0], db.get("s.P1CA")[0]) == (0, 1.0, 2.0)
    db.put("s.AWAIT", 0)
    assert answer() is None
    assert (db.get("s.DATA"), db.get("s.P1RA")[0]) == (1, 2.0)


def test_delays_come_after_positioners_and_after_detectors(engine: StartEngine) -> None:
    db = engine(DB % 'field(NPTS, "1") field(PDLY, "1") field(DDLY, "2") field(T1PV, "shots.PROC")')
    answer = db.begin_put("s.EXSC", 1)
    db.advance(0.9)
    assert (state(db), db.get("motor"), db.get("shots")) == (["WAIT:MOTORS"], 1.0, 0.0)
    db.advance(2)
    assert (state(db), db.get("shots"), db.get("s.CPT")) == (["WAIT:DETCTRS"], 1.0, 0)
    db.advance(0.2)
    assert answer() is None
    assert db.get("s.BCPT") == 1


def test_a_positioner_that_refuses_ends_the_scan(engine: StartEngine) -> None:
    db = engine(DB % "")
    db.put("motor.DISP", 1)
    assert db.put("s.EXSC", 1) == "ok"
    assert state(db, "ALRT", "XSC", "EXSC", "BCPT") == ["IDLE", 1, 0, 0, 0]


def test_a_scan_waits_for_pvs_that_are_not_there_and_can_be_ended(engine: StartEngine) -> None:
    db = engine(DB % 'field(D02PV, "nowhere")')
    assert db.put("s.EXSC", 1, wait=False) == "ok"
    assert state(db, "SMSG", "ALRT", "XSC", "BUSY") == ["SCAN_PENDING", "Waiting for PV's to connect", 1, 1, 0]
    db.put("s.D02PV", "other")
    db.until("s.DATA", lambda data: data == 1)
    db.put("s.D02PV", "nowhere")
    db.put("s.EXSC", 1, wait=False)
    for _ in range(2):
        db.put("s.EXSC", 0, wait=False)
    assert state(db, "XSC", "BUSY") == ["IDLE", 0, 0]


# ---- scans of scans ----

NESTED = """
record(ao, "x") {} record(ao, "y") {} record(calc, "d") { field(INPA, "x") field(INPB, "y") field(CALC, "10*B+A") }
record(sscan, "inner") {
    field(MPTS, "10") field(NPTS, "3") field(P1PV, "x") field(P1SP, "1") field(P1EP, "3")
    field(T1PV, "d.PROC") field(D01PV, "d") field(FLNK, "lines")
}
record(calc, "lines") { field(CALC, "VAL+1") }
record(sscan, "outer") {
    field(MPTS, "10") field(NPTS, "2") field(P1PV, "y") field(P1SP, "1") field(P1EP, "2") field(T1PV, "inner.EXSC")
    field(D01PV, "inner.BCPT") field(D02PV, "inner.D01DA")
}
"""


def test_a_scan_triggers_another_for_each_of_its_points(engine: StartEngine) -> None:
    db = engine(NESTED)
    assert db.put("outer.EXSC", 1) == "ok"
    assert (db.get("lines"), db.get("outer.D01DA")[:2], db.get("outer.D02DA")[:2]) == (2.0, [3.0, 3.0], [21.0, 22.0])
    assert db.get("inner.D01DA")[:3] == [21.0, 22.0, 23.0]
    assert [db.get(f"{name}.BUSY") for name in ("inner", "outer")] == [0, 0]


def test_a_scan_that_is_its_own_trigger_can_be_ended(engine: StartEngine) -> None:
    db = engine(DB % 'field(T1PV, "s.EXSC")')
    db.put("s.EXSC", 1, wait=False)
    db.advance(0)
    for _ in range(3):
        db.put("s.EXSC", 0, wait=False)
        db.advance(0)
    assert state(db, "BUSY", "XSC") == ["IDLE", 0, 0]


def test_two_scans_that_trigger_each_other_let_others_have_their_turn(engine: StartEngine) -> None:
    db = engine(
        'record(sscan, "a") { field(NPTS, "2") field(T1PV, "b.EXSC") } record(ao, "free") {}'
        'record(sscan, "b") { field(NPTS, "2") field(T1PV, "a.EXSC") }'
    )
    db.put("a.EXSC", 1, wait=False)
    db.advance(0)
    assert db.put("free", 3) == "ok"
    for name in "abababab":
        db.put(f"{name}.EXSC", 0, wait=False)
        db.advance(0)
    assert [db.get(f"{name}.BUSY") for name in "ab"] == [0, 0]


@pytest.mark.parametrize("name", ["s.P2SP", "s.NPTS", "s.VAL", "s.P1PV", "x" * 10_000, "s.NOFIELD", "s.D01DA"])
@pytest.mark.parametrize("field", ["P1PV", "R1PV", "D01PV", "T1PV", "BSPV"])
def test_an_odd_name_ends_or_can_be_ended(engine: StartEngine, field: str, name: str) -> None:
    db = engine(DB % "")
    assert db.put(f"s.{field}", name) == "ok"
    assert db.get(f"s.{field}") == name[:39]
    db.put("s.EXSC", 1, wait=False)
    db.advance(1)
    for _ in range(3):
        db.put("s.EXSC", 0, wait=False)
        db.advance(0)
    assert state(db, "BUSY", "XSC") == ["IDLE", 0, 0]
    db.put(f"s.{field}", "")
    db.put("s.NPTS", 2)
    assert db.put("s.EXSC", 1) == "ok"
