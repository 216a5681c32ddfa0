"""sscan: positioners and detectors that are named at run time, point by point."""

from __future__ import annotations

import pytest

from tests.local_ioc import Engine, Serve, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "motor") { field(EGU, "mm") field(PREC, "3") field(DRVH, "10") field(DRVL, "-10") }
record(ao, "other") {} record(calc, "n") { field(CALC, "VAL+1") }
record(calc, "detector") { field(INPA, "motor") field(CALC, "A*A") field(EGU, "V") field(HOPR, "9") field(PREC, "2") }
record(bo, "trigger") { field(FLNK, "detector") }
record(waveform, "spectrum") { field(FTVL, "DOUBLE") field(NELM, "4") field(INP, [10, 20, 30, 40]) }
record(sscan, "s") {
    field(MPTS, "10") field(NPTS, "3") field(FLNK, "n")
    field(P1PV, "motor") field(P1SP, "1") field(P1EP, "2") field(T1PV, "trigger") field(D01PV, "detector") %s
}
"""


def values(db: Engine, *fields: str) -> list[object]:
    """Of the scan."""
    return [db.get(f"s.{field}") for field in fields]


def test_a_scan_takes_each_point_and_shows_the_data_at_its_end(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert (db.get("s.P1SI"), db.text("s.P1NV"), db.text("s.P2NV")) == (0.5, "PV OK", "No PV")
    assert db.put("s.EXSC", 1) == "ok"  # with completion: the scan is over
    assert db.get("s.P1RA") == [1.0, 1.5, 2.0] + [2.0] * 7  # the rest is as the last point
    assert db.get("s.D01DA") == [1.0, 2.25, 4.0] + [4.0] * 7
    assert values(db, "CPT", "BCPT", "DATA", "BUSY", "EXSC") == [3, 3, 1, 0, 0]
    assert (db.text("s.FAZE"), db.get("s.SMSG"), db.get("n"), db.get("motor")) == ("IDLE", "SCAN Complete", 1.0, 2.0)


def test_a_name_tells_units_digits_and_limits(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert values(db, "P1EU", "P1PR", "P1LR", "P1HR") == ["mm", 3, -10.0, 10.0]
    assert values(db, "D01EU", "D01PR", "D01LR", "D01HR") == ["V", 2, 0.0, 9.0]
    for name, state, kept in (
        ("nowhere", "PV BAD", "nowhere"),
        (" ", "No PV", ""),
        ("other.DESC", "PV OK", "other.VAL"),
    ):
        assert db.put("s.P1PV", name) == "ok"
        assert (db.text("s.P1NV"), db.get("s.P1PV")) == (state, kept)
    db.put("other", 7)
    db.advance(0)
    assert db.get("s.P1CV") == 7.0


def test_clients_are_told_units_digits_and_limits(serve: Serve) -> None:
    ioc = serve(DB % "")
    for field, units, digits, low, high in (
        ("P1SP", "mm", 3, -10, 10),
        ("R1CV", "mm", 3, -10, 10),
        ("D01DA", "V", 2, 0, 9),
    ):
        raw = ioc.get(f"s.{field}")
        assert [raw[f"display.{leaf}"] for leaf in ("units", "precision", "limitLow", "limitHigh")] == [
            units, digits, low, high,
        ]  # fmt: skip


def test_the_arrays_of_the_last_scan_stay_until_the_next_is_over(engine: StartEngine) -> None:
    db = engine('record(busy, "slow") {}' + DB % 'field(T2PV, "slow") field(NPTS, "1")')
    for start in (1, 3):
        db.put("s.P1SP", start)
        answer = db.begin_put("s.EXSC", 1)
        db.until("slow", lambda busy: busy == 1)
        assert (db.text("s.FAZE"), db.get("s.DATA"), db.get("s.P1RA")[0]) == (
            "WAIT:DETCTRS",
            0,
            0.0 if start == 1 else 1.0,
        )
        db.put("slow", 0, wait=False)
        assert answer() is None
    assert (db.get("s.P1RA")[0], db.get("s.P1CA")[0], db.get("s.D01DA")[0]) == (3.0, 3.0, 9.0)


def test_a_table_gives_the_positions_in_any_order(engine: StartEngine) -> None:
    db = engine(DB % "")
    db.put("s.P1SM", "TABLE")
    assert values(db, "P1SP", "P1EP", "SMSG", "ALRT") == [0.0, 0.0, "Pts in P1 Table < # of steps.", 1]
    db.put("s.P1PA", [3.0, 1.0, 2.0])
    assert values(db, "SMSG", "ALRT") == ["", 0]
    db.put("s.EXSC", 1)
    assert (db.get("s.P1RA")[:3], db.get("s.D01DA")[:3]) == ([3.0, 1.0, 2.0], [9.0, 1.0, 4.0])
    db.put("s.P1SM", "LINEAR")
    assert values(db, "P1SP", "P1EP", "P1SI") == [1.0, 2.0, 0.5]


def test_relative_positions_begin_where_the_positioner_is(engine: StartEngine) -> None:
    db = engine(DB % 'field(P1AR, "RELATIVE") field(P1SP, "-1") field(P1EP, "1") field(PASM, "PRIOR POS")')
    db.put("motor", 5)
    db.put("s.EXSC", 1)
    assert (db.get("s.P1RA")[:3], db.get("s.P1PP"), db.get("motor")) == ([4.0, 5.0, 6.0], 5.0, 5.0)


def test_a_flyer_is_sent_to_its_start_and_then_to_its_end(engine: StartEngine) -> None:
    db = engine('record(compress, "sent") { field(INP, "motor CP") field(NSAM, "9") field(ALG, "Circular Buffer") }'
                + DB % 'field(P1SM, "FLY") field(P1SP, "3") field(P1EP, "7")')  # fmt: skip
    db.put("s.EXSC", 1)
    assert db.get("s.P1RA")[:3] == [3.0, 5.0, 7.0]
    assert (db.get("motor"), [v for v in db.get("sent") if v]) == (7.0, [3.0, 7.0])


def test_a_readback_says_where_the_positioner_is_and_the_time_can_be_one(engine: StartEngine) -> None:
    db = engine('record(calc, "encoder") { field(INPA, "motor CP") field(CALC, "A+10") }'
                + DB % 'field(R1PV, "encoder") field(R2PV, "time") field(DDLY, "0.5")')  # fmt: skip
    answer = db.begin_put("s.EXSC", 1)
    db.advance(2)
    assert answer() is None
    assert db.get("s.P1RA")[:3] == [11.0, 11.5, 12.0]
    assert db.get("s.P2RA")[:3] == pytest.approx([0.5, 1.0, 1.5])
    assert db.text("s.R2NV") == "No PV"


@pytest.mark.parametrize("delta", [0.5, -1])  # as it is, or in steps
def test_a_positioner_that_is_not_where_it_was_sent_ends_the_scan(engine: StartEngine, delta: float) -> None:
    db = engine(DB % 'field(R1PV, "other")')
    db.put("s.R1DL", delta)
    db.put("other", 1.2)
    assert db.put("s.EXSC", 1) == "ok"
    assert values(db, "ALRT", "BCPT", "R1CV", "P1DV") == [1, 2, 1.2, 2.0]  # two points are good


def test_arrays_of_detectors_are_read_at_the_end(engine: StartEngine) -> None:
    db = engine(DB % 'field(D02PV, "spectrum")')
    db.put("s.EXSC", 1)
    assert db.get("s.D02DA") == [10.0, 20.0, 30.0] + [30.0] * 7
    db.put("s.NPTS", 6)
    db.put("s.ACQT", "1D ARRAY")
    db.put("s.EXSC", 1)
    assert (db.get("s.CPT"), db.get("s.D02DA")[:6]) == (6, [10.0, 20.0, 30.0, 40.0, 0.0, 0.0])
    assert db.get("s.P1RA")[:6] == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8, 2.0])


def test_data_are_added_to_those_of_the_last_scan(engine: StartEngine) -> None:
    db = engine(DB % 'field(ACQM, "ACCUMULATE")')
    for total in (1, 2, 3):
        db.put("s.EXSC", 1)
        assert db.get("s.D01DA")[:3] == [1.0 * total, 2.25 * total, 4.0 * total]
    db.put("s.ACQM", "ACCUMULATE")  # begins anew
    db.put("s.EXSC", 1)
    assert db.get("s.D01DA")[:3] == [1.0, 2.25, 4.0]


def test_a_detector_that_is_no_number_keeps_what_it_had(engine: StartEngine) -> None:
    db = engine(DB % 'field(D02PV, "motor.NAME") field(D03PV, "motor.EGU")')
    assert db.put("s.EXSC", 1) == "ok"
    assert (db.text("s.D02NV"), db.get("s.D02DA")[:3]) == ("PV OK", [0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("mode", "place"),
    [
        ("STAY", 8.0), ("START POS", 0.0), ("PRIOR POS", 9.0), ("PEAK POS", 4.0), ("VALLEY POS", 1.0),
        ("+EDGE POS", 2.0), ("-EDGE POS", 6.0), ("CNTR OF MASS", 4.60254372019078),
    ],
)  # fmt: skip
def test_afterwards_the_positioner_goes_where_pasm_says(engine: StartEngine, mode: str, place: float) -> None:
    db = engine(DB % f'field(NPTS, "9") field(P1SP, "0") field(P1EP, "8") field(PASM, "{mode}")')
    db.put("detector.CALC", "A<3?0:A<6?10:4")
    db.put("motor", 9)
    db.put("s.EXSC", 1)
    assert db.get("motor") == pytest.approx(place)


def test_a_feature_that_is_not_there_is_said(engine: StartEngine) -> None:
    db = engine(DB % 'field(PASM, "PEAK POS") field(REFD, "2")')
    seen = db.posts("s")
    db.put("motor", 5)
    db.put("s.EXSC", 1)
    assert (db.get("s.ALRT"), db.get("motor")) == (1, pytest.approx(2.0))  # detector 2 has no PV
    assert ("ALRT", 1) in seen.changes


def test_no_feature_is_found_in_data_that_are_no_numbers(engine: StartEngine) -> None:
    db = engine(DB % 'field(NPTS, "5") field(P1EP, "5")')
    for modes, formula in ((range(3, 8), "A=3?1/0:A"), (range(3, 7), "A=3?1/0:A=4?-1/0:A"), ([7], "1e38*A")):
        db.put("detector.CALC", formula)
        for mode in modes:
            db.put("s.PASM", mode)
            db.put("motor", 9)
            assert db.put("s.EXSC", 1) == "ok"
            assert (db.get("s.BUSY"), db.get("s.ALRT"), db.get("motor")) == (0, 1, pytest.approx(9.0))


def test_positions_that_are_no_numbers_are_no_error(engine: StartEngine) -> None:
    db = engine(DB % "")
    for start in (float("nan"), float("inf"), -1e300):
        db.put("s.P1SP", start)
        for command in ("Check limits", "Preview scan"):
            assert db.put("s.CMND", command) == "ok"
    db.put("s.P1PV", "other")  # without limits
    db.put("s.P1SP", float("inf"))
    assert db.put("s.EXSC", 1) == "ok"
    assert values(db, "BCPT", "BUSY") == [3, 0]


def test_copyto_repeats_the_last_point_in_what_is_looked_at(engine: StartEngine) -> None:
    db = engine('record(busy, "slow") {}' + DB % 'field(T2PV, "slow") field(COPYTO, "5") field(ATIME, "0.5")')
    db.put("s.EXSC", 1, wait=False)
    for points, before, shown in ((1, 0.0, [1.0] * 5), (2, 1.0, [1.0, 1.5, 1.5, 1.5, 1.5])):
        db.until("slow", lambda busy: busy == 1)
        db.put("slow", 0, wait=False)
        db.until("s.CPT", points.__eq__)
        assert db.record("s").scan.data.filled("P1")[4] == before  # it takes long, and nobody has looked
        assert db.get("s.P1CA") == [*shown, 0.0, 0.0, 0.0, 0.0, 0.0]
        assert db.get("s.D01CA")[:6] == [*(x * x for x in shown), 0.0]


def test_a_scan_beyond_the_limits_of_a_positioner_does_not_begin(engine: StartEngine) -> None:
    db = engine(DB % 'field(P1EP, "11")')
    db.put("s.CMND", "Check limits")
    assert values(db, "SMSG", "ALRT") == ["P1 Value > HI_Limit @ point 2", 1]
    assert "P1 Value > HI_Limit @ point 2" in db.put("s.EXSC", 1)
    assert (db.text("s.FAZE"), db.get("s.BUSY"), db.get("motor")) == ("INIT_SCAN", 1, 0.0)  # stays, for all to see
    for wait in (True, False):
        assert "put 0 to end it" in db.put("s.EXSC", 1, wait=wait)
    assert db.put("s.EXSC", 0, wait=False) == "ok"
    assert values(db, "FAZE", "BUSY", "KILL") == [0, 0, 0]


def test_a_preview_shows_the_positions_as_data(engine: StartEngine) -> None:
    db = engine(DB % "")
    db.put("s.CMND", "Preview scan")
    assert (db.get("s.P1RA")[:4], db.get("s.D01DA")[:4]) == ([0.0, 1.0, 2.0, 2.0], [1.0, 1.5, 2.0, 2.0])
    assert (db.text("s.FAZE"), db.get("motor")) == ("PREVIEW", 0.0)
    assert db.put("s.EXSC", 1) == "ok"
    assert db.get("s.D01DA")[:3] == [1.0, 2.25, 4.0]


def test_links_before_and_after_the_scan(engine: StartEngine) -> None:
    db = engine('record(calc, "before") { field(CALC, "VAL+A") field(FLNK, "zero") }'
                'record(ao, "zero") { field(OUT, "motor PP") field(VAL, "4") }'
                'record(calc, "after") { field(CALC, "A") }'
                + DB % 'field(BSPV, "before.A") field(BSCD, "3") field(ASPV, "after.A") field(ASCD, "7")'
                ' field(P1AR, "RELATIVE")')  # fmt: skip
    assert db.put("s.EXSC", 1) == "ok"
    assert (db.get("before"), db.get("after"), db.get("s.P1RA")[0]) == (3.0, 7.0, 5.0)  # from where `before` left it


def test_without_positioner_and_trigger_the_points_are_numbered(engine: StartEngine) -> None:
    db = engine(DB % 'field(P1PV, "") field(T1PV, "")')
    assert db.put("s.EXSC", 1) == "ok"
    assert db.get("s.P1RA")[:3] == [0.0, 1.0, 2.0]


def test_cmnd_clears_the_names(engine: StartEngine) -> None:
    db = engine(DB % 'field(R1PV, "other") field(P1SM, "FLY") field(P1FS, "FREEZE") field(PASM, "START POS")')
    db.put("s.CMND", "Clear pos PV's")
    assert values(db, "P1PV", "R1PV", "P1SM", "P1FS") == ["", "other", 2, 1]
    db.put("s.CMND", "Clear all PV's")
    assert values(db, "R1PV", "D01PV", "T1PV", "P1SM", "P1FS", "PASM") == ["", "", "", 0, 0, 0]
    assert (db.text("s.P1NV"), db.text("s.D01NV")) == ("No PV", "No PV")
