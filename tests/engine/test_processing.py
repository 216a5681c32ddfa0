"""When records process: chains and loops, disabling, order, scanning, links that watch."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.local_ioc import local_ioc

COUNT = 'record(calc,"{0}") {{ field(CALC,"VAL+1") {1} }}\n'


def count(name: str, *fields: str) -> str:
    return COUNT.format(name, " ".join(fields))


def test_a_forward_link_loop_ends_where_it_began(tmp_path: Path) -> None:
    db = count("a", 'field(FLNK,"b")') + count("b", 'field(FLNK,"c")') + count("c", 'field(FLNK,"a")')
    with local_ioc(tmp_path, db) as ioc:
        assert ioc.put("a.PROC", 1) is None
        assert [ioc.get(n) for n in "abc"] == [1, 1, 1]


@pytest.mark.usefixtures("deep")
def test_a_forward_link_chain_of_five_thousand_records_runs_to_its_end(tmp_path: Path) -> None:
    db = "".join(count(f"r{n}", f'field(FLNK,"r{n + 1}")') for n in range(5000)) + count("r5000")
    with local_ioc(tmp_path, db) as ioc:
        assert ioc.put("r0.PROC", 1) is None
        assert ioc.get("r5000") == 1


def test_an_active_record_gets_a_scan_alarm_after_ten_tries(tmp_path: Path) -> None:
    db = 'record(ao,"x") { field(DTYP,"pydev") field(OUT,"@gate.wait(10)") field(VAL,"1") }\n'
    with local_ioc(tmp_path, db, "import threading; gate = threading.Event()") as ioc:
        ioc.put("x", 1, wait=False)
        database = ioc.ioc.database
        from pydevpva.engine.processing import process

        for _ in range(10):
            ioc.call(process, database.records["x"])
        assert ioc.text("x.STAT") != "SCAN"
        ioc.call(process, database.records["x"])
        assert ioc.alarm("x") == ("INVALID", "SCAN", "Async in progress")
        ioc.ioc.evaluator.namespace["gate"].set()


def test_a_disabled_record_does_not_process_and_shows_its_severity(tmp_path: Path) -> None:
    db = count("x", 'field(SDIS,"off")', 'field(DISS,"MAJOR")') + 'record(longout,"off") {}\n'
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("off", 1)
        ioc.put("x.PROC", 1)
        assert (ioc.get("x"), ioc.alarm("x")[:2]) == (0, ("MAJOR", "DISABLE"))
        ioc.put("off", 0)
        ioc.put("x.PROC", 1)
        assert (ioc.get("x"), ioc.alarm("x")[:2]) == (1, ("NO_ALARM", "NO_ALARM"))


def test_pini_processes_in_phas_order(tmp_path: Path) -> None:
    db = "".join(
        f'record(ao,"{name}") {{ field(DTYP,"pydev") field(OUT,"@order.append(NAME)") field(PINI,"{pini}")'
        f' field(PHAS,"{phas}") field(VAL,"1") }}\n'
        for name, pini, phas in (("late", "YES", 2), ("run", "RUN", -5), ("early", "YES", -1), ("mid", "YES", 0))
    )
    with local_ioc(tmp_path, db, "order = []") as ioc:
        order = ioc.ioc.evaluator.namespace["order"]
        ioc.until("run.PACT", lambda pact: pact == 0)
        assert order == ["early", "mid", "late", "run"]


def test_scan_changed_at_run_time_takes_effect_and_an_impossible_one_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with local_ioc(tmp_path, count("x")) as ioc:
        assert ioc.put("x.SCAN", ".1 second") is None
        ioc.advance(1.0)
        assert ioc.get("x") == 10
        with caplog.at_level(logging.ERROR):
            assert ioc.put("x.SCAN", "I/O Intr") is None
        assert ioc.text("x.SCAN") == "Passive"
        assert 'x.SCAN "I/O Intr": its device support has no interrupts' in caplog.text
        assert ioc.put("x.SCAN", "weekly") == (
            "x.SCAN: 'weekly' is not one of the choices; choices: Passive, Event, I/O Intr, 10 second, 5 second,"
            " 2 second, 1 second, .5 second, .2 second, .1 second"
        )


def test_cp_and_cpp_links_process_their_record_when_the_other_changes(tmp_path: Path) -> None:
    db = (
        'record(longout,"src") {}\n'
        + count("cp", 'field(INPA,"src CP")')
        + count("cpp", 'field(INPA,"src CPP")', 'field(SCAN,"10 second")')
    )
    with local_ioc(tmp_path, db) as ioc:
        before = ioc.until("cp", lambda n: n >= 1)
        ioc.put("src", 5)
        ioc.until("cp", lambda n: n == before + 1)
        assert (ioc.get("cp.A"), ioc.get("cpp")) == (5, 0)


def test_events_by_name_and_number_process_their_records(tmp_path: Path) -> None:
    db = (
        count("n", 'field(SCAN,"Event")', 'field(EVNT,"start")')
        + count("five", 'field(SCAN,"Event")', 'field(EVNT,"5")')
        + 'record(event,"post") {}\n'
    )
    with local_ioc(tmp_path, db) as ioc:
        for name in ("start", "5", "other"):
            assert ioc.put("post", name, process=True) is None  # VAL of an event record is not pp
        ioc.until("n", lambda v: v == 1)
        ioc.until("five", lambda v: v == 1)


def test_a_link_that_leads_nowhere_is_said_by_name_and_is_a_link_alarm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db = 'record(ai,"temperature") {}\nrecord(ai,"x") { field(INP,"temperature.DSEC") }\n'
    with caplog.at_level(logging.WARNING), local_ioc(tmp_path, db) as ioc:
        ioc.put("x.PROC", 1)
        assert ioc.alarm("x") == ("INVALID", "LINK", "field INP")
    assert "x.INP is LINK/INVALID: no field DSEC in ai record temperature; did you mean DSET or DESC?" in caplog.text


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("x.VAL", "abc", "x.VAL: 'abc' is not a number"),
        ("x.SEVR", 1, "x.SEVR: this field cannot be changed"),
        ("x.LINR", "LINEER", "x.LINR: 'LINEER' is not one of the choices; did you mean LINEAR?"),
        ("off.VAL", 1, "off.VAL: puts are disabled (DISP=1)"),
    ],
)
def test_a_refused_put_says_which_field_and_why(tmp_path: Path, field: str, value: object, error: str) -> None:
    with local_ioc(tmp_path, 'record(ao,"x") {}\nrecord(ao,"off") { field(DISP,"1") }\n') as ioc:
        for wait in (False, True):
            assert ioc.put(field, value, wait=wait) == error


def test_a_number_that_no_menu_or_integer_holds_is_no_trouble_for_the_chain(tmp_path: Path) -> None:
    db = (
        'record(ao,"scan") { field(OUT,"x.SCAN") field(FLNK,"x") }\nrecord(mbbo,"m") {}\n'
        + 'record(stringout,"text") { field(OUT,"m.RVAL") field(FLNK,"x") }\n'
        + count("x")
    )
    with local_ioc(tmp_path, db) as ioc:
        for name, value in (("scan", float("nan")), ("scan", float("inf")), ("text", "inf"), ("text", "nan")):
            before = ioc.get("x")
            assert ioc.put(name, value) is None
            assert ioc.get("x") == before + 1
        assert ioc.alarm("text") == ("INVALID", "LINK", "field OUT")


def test_a_misspelled_record_in_a_link_is_named_with_what_it_may_have_meant(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ADDR_LIST", "127.0.0.1"), ("AUTO_ADDR_LIST", "NO"), ("BROADCAST_PORT", "31999")):
        monkeypatch.setenv(f"EPICS_PVA_{name}", value)
    db = 'record(ai,"temperature") {}\nrecord(ai,"x") { field(INP,"temperatur CP") }\n'
    with caplog.at_level(logging.WARNING), local_ioc(tmp_path, db) as ioc:
        ioc.advance(4.9)
        assert "no PV" not in caplog.text
        ioc.advance(0.1)
    assert "no PV temperatur found yet, in this IOC or another: x.INP; did you mean temperature?" in caplog.text


def test_a_link_that_is_watched_as_well_is_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ADDR_LIST", "127.0.0.1"), ("AUTO_ADDR_LIST", "NO"), ("BROADCAST_PORT", "31999")):
        monkeypatch.setenv(f"EPICS_PVA_{name}", value)
    db = 'record(motor,"m") { field(RDBL,"gone") field(URIP,"Yes") }\n'
    with caplog.at_level(logging.WARNING), local_ioc(tmp_path, db) as ioc:
        ioc.advance(5)
    assert [r.getMessage().partition(": ")[2] for r in caplog.records if "no PV gone" in r.getMessage()] == ["m.RDBL"]


@pytest.mark.parametrize(("rtype", "field"), [("ai", "AFTC"), ("calc", "AFTC"), ("histogram", "ULIM")])
def test_limits_that_are_no_number_stop_no_record(tmp_path: Path, rtype: str, field: str) -> None:
    with local_ioc(tmp_path, f'record({rtype},"r") {{ field(FLNK,"x") field(UDF,"0") }}\n' + count("x")) as ioc:
        for value in (float("nan"), float("inf")):
            ioc.put(f"r.{field}", value)
            for _ in range(2):
                before = ioc.get("x")
                assert ioc.put("r.PROC", 1) is None
                assert ioc.get("x") == before + 1


def test_a_linr_beyond_its_menu_is_a_soft_alarm_and_the_record_goes_on(tmp_path: Path) -> None:
    with local_ioc(tmp_path, 'record(ao,"x") { field(FLNK,"next") }\n' + count("next")) as ioc:
        assert ioc.put("x.LINR", 65535) is None
        assert ioc.put("x", 3) is None
        assert (ioc.alarm("x")[:2], ioc.get("next")) == (("MAJOR", "SOFT"), 2)


@pytest.mark.parametrize(
    ("fields", "undefined"), [('field(VAL,"3") field(UDF,"1")', 1), ('field(UDF,"1") field(VAL,"3")', 0)]
)
def test_a_value_in_the_database_is_defined_unless_udf_is_written_behind_it(
    tmp_path: Path, fields: str, undefined: int
) -> None:
    with local_ioc(tmp_path, f'record(ao,"r") {{ {fields} }}') as ioc:
        assert ioc.get("r.UDF") == undefined
