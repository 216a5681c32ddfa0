"""Records that this IOC cannot run are errors, or are left out where that is asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pydevpva.errors import LoadError
from pydevpva.ioc import Ioc
from tests.local_ioc import LocalIoc, written

DB = """
record(motor, "m") { field(DTYP, "asynMotor") field(VELO, "1") alias("m:alias") }
record(ai, "asyn") { field(DTYP, "asynFloat64") field(INP, "@asyn(P, 0)X") }
record(ao, "soft") { field(VAL, "3") }
"""
MOTOR = 'DTYP "asynMotor" belongs to motor: '


@pytest.fixture
def ioc() -> Iterator[Ioc]:
    with ExitStack() as stack:
        yield stack.enter_context(Ioc(serve=False))


def load(ioc: Ioc, folder: Path, text: str) -> None:
    ioc.load_records(written(folder / f"{len(list(folder.iterdir()))}.db", text))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage().partition(".db:")[2] for r in caplog.records if r.levelno == logging.WARNING]


def test_without_being_asked_nothing_of_the_file_is_loaded(ioc: Ioc, tmp_path: Path) -> None:
    with pytest.raises(LoadError) as error:
        load(ioc, tmp_path, DB)
    assert [problem.unsupported for problem in error.value.problems] == ["", ""]
    assert not ioc.instances


def test_the_rest_of_the_file_is_loaded_and_each_record_left_out_is_told(
    ioc: Ioc, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ioc.instances.skip_unsupported = True
    load(ioc, tmp_path, DB)
    assert list(ioc.instances) == ["soft"]
    motor, asyn = warnings(caplog)
    assert motor.startswith(f'2:22: record "m" is left out: {MOTOR}')
    assert asyn.startswith('3:22: record "asyn" is left out: DTYP "asynFloat64" belongs to asyn: ')


def test_what_more_is_said_of_them_is_passed_over(ioc: Ioc, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ioc.instances.skip_unsupported = True
    load(ioc, tmp_path, DB + 'record("*", "m") { field(VELO, "2") } alias("m", "again") alias("asyn", "twice")')
    again = (
        'record(motor, "m") { field(DTYP, "asynMotor") } record("*", "asyn") { field(EGU, "V") } alias("m", "third")'
    )
    load(ioc, tmp_path, again)
    assert list(ioc.instances) == ["soft"]
    assert sorted(ioc.instances.left_out) == ["again", "asyn", "m", "m:alias", "third", "twice"]
    assert len(warnings(caplog)) == 2


def test_other_mistakes_are_errors_all_the_same_and_leave_nothing_behind(ioc: Ioc, tmp_path: Path) -> None:
    ioc.instances.skip_unsupported = True
    with pytest.raises(LoadError, match="no field VELO in ao"):
        load(ioc, tmp_path, DB + 'record(ao, "wrong") { field(VELO, "1") }')
    assert (dict(ioc.instances), ioc.instances.left_out) == ({}, {})


def test_an_address_of_other_device_support_is_no_mistake(ioc: Ioc, tmp_path: Path) -> None:
    addresses = ("#CX SY", "#L0 N1 A2 @word", "{other: 1 2}")
    db = "".join(
        f'record(ai, "vme{n}") {{ field(INP, "{text}") field(DTYP, "VME") }}\n' for n, text in enumerate(addresses)
    )
    ioc.instances.skip_unsupported = True
    load(ioc, tmp_path, DB + db)
    assert list(ioc.instances) == ["soft"]
    with pytest.raises(LoadError) as error:
        load(ioc, tmp_path, db + 'record(ai, "here") { field(INP, "#CX SY") }')
    assert [p.message.partition(":")[0] for p in error.value.problems] == ["here.INP"]


def test_a_later_file_may_bring_a_record_of_that_name(ioc: Ioc, tmp_path: Path) -> None:
    ioc.instances.skip_unsupported = True
    load(ioc, tmp_path, DB)
    load(ioc, tmp_path, 'record(ao, "m") { field(VAL, "7") } record(ai, "reads") { field(INP, "m") }')
    ioc.init()
    local = LocalIoc(ioc)
    assert local.put("reads.PROC", 1) is None
    assert local.get("reads") == 7.0


def test_a_type_that_only_a_dbd_knows_is_left_out(ioc: Ioc, tmp_path: Path) -> None:
    ioc.instances.skip_unsupported = True
    dbd = 'recordtype(mca) { include "dbCommon.dbd" field(VAL, DBF_LONG) { prompt("v") } }\n'
    dbd += 'device(ai, CONSTANT, devX, "Mine")\n'
    ioc.load_database(written(tmp_path / "x.dbd", dbd))
    load(ioc, tmp_path, 'record(mca, "spectrum") {} record(ai, "mine") { field(DTYP, "Mine") } record(ao, "soft") {}')
    assert list(ioc.instances) == ["soft"]
    assert ioc.instances.left_out == {"spectrum": "records of mca", "mine": 'DTYP "Mine" of ai'}


def test_links_to_them_are_invalid_and_say_why(ioc: Ioc, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ioc.instances.skip_unsupported = True
    links = """
    record(ai, "in") { field(INP, "m.RBV CP MS") } record(ao, "out") { field(OUT, "m:alias PP") }
    record(ai, "json") { field(INP, {pva: "asyn"}) }
    record(ai, "ca") { field(INP, {ca: "m"}) } record(swait, "name") { field(INAN, "m") field(FLNK, "m") }
    """
    load(ioc, tmp_path, DB + links)
    caplog.clear()
    ioc.init()
    assert sorted(record.getMessage() for record in caplog.records) == [
        'ca.INP is LINK/INVALID: record m is left out (DTYP "asynMotor")',
        'in.INP is LINK/INVALID: record m is left out (DTYP "asynMotor")',
        'json.INP is LINK/INVALID: record asyn is left out (DTYP "asynFloat64")',
        'name.FLNK is LINK/INVALID: record m is left out (DTYP "asynMotor")',
        'name.INAN is LINK/INVALID: record m is left out (DTYP "asynMotor")',
        'out.OUT is LINK/INVALID: record m:alias is left out (DTYP "asynMotor")',
    ]
    local = LocalIoc(ioc)
    for name in ("in", "out", "json", "name"):
        local.process(name)
    assert [local.alarm(name) for name in ("in", "out", "json")] == [
        ("INVALID", "LINK", "INP: m is left out"),
        ("INVALID", "LINK", "OUT: m:alias is left out"),
        ("INVALID", "LINK", "INP: asyn is left out"),
    ]
    assert local.alarm("name")[:2] == ("INVALID", "READ")


def test_the_table_of_optics_is_another_than_ours(ioc: Ioc, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    db = 'record(table, "t") { field(GEOM, "SRI") field(PREC, "4") field(M0XL, "m1.VAL") } record(ao, "soft") {}'
    with pytest.raises(LoadError) as error:
        load(ioc, tmp_path, db)
    assert [problem.cause for problem in error.value.problems] == ["records of optics"] * 3
    ioc.instances.skip_unsupported = True
    load(ioc, tmp_path, db)
    assert list(ioc.instances) == ["soft"]
    (told,) = warnings(caplog)
    assert told == (
        '1:22: record "t" is left out: no field GEOM in table; it is of another record type "table", that of optics: '
        "leave it in its C IOC, and link to that over PVA"
    )
