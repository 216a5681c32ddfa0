"""What the .dbd files say, EPICS's and a user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pydevpva.db.definitions import Definitions
from pydevpva.devices.registry import own_devices
from pydevpva.errors import LoadError, NotFound


def test_every_record_type_of_epics_and_ours_is_there(base: Definitions) -> None:
    assert {"ai", "waveform", "lsi", "pycalc"} <= set(base.record_type_names)
    for name in base.record_type_names:
        assert next(iter(base.record_type(name).fields)) == "NAME"


def test_a_field_has_all_that_the_dbd_says(base: Definitions) -> None:
    scan = base.record_type("ai").fields["SCAN"]
    assert (scan.type, scan.menu, scan.special, scan.interest) == ("MENU", "menuScan", "SPC_SCAN", 1)
    prec = base.record_type("ai").fields["PREC"]
    assert (prec.prop, prec.asl, prec.pp, prec.group) == (True, 1, False, "80 - Display")
    assert base.menu("menuScan").labels[:3] == ("Passive", "Event", "I/O Intr")


def test_dtyp_choices_are_epics_first_then_ours(base: Definitions) -> None:
    assert list(base.devices("longout")) == ["Soft Channel", "Async Soft Channel", "pydev"]
    assert base.devices("longout")["pydev"].link_type == "INST_IO"
    assert list(base.devices("calc")) == []


def test_a_wrong_name_gets_a_suggestion(base: Definitions) -> None:
    with pytest.raises(NotFound, match='no record type "wavefrom"; did you mean waveform'):
        base.record_type("wavefrom")


def test_reading_epics_definitions_needs_no_pyparsing() -> None:
    import subprocess

    code = "import sys; from pydevpva.db.definitions import Definitions; Definitions().record_type('ai');"
    subprocess.run([sys.executable, "-c", code + "assert 'pyparsing' not in sys.modules"], check=True, timeout=60)


USER = """
include "base.dbd"
menu(menuScan) { choice(a, "Mine") choice(b, "Other") }
recordtype(mine) {
    include "dbCommon.dbd"
    %  struct mine;
    field(VAL, DBF_DOUBLE) { prompt("A \\"value\\"") pp(TRUE) asl(ASL0) special(100) }
    field(INP, DBF_INLINK) { prompt("In") }
}
device(mine, INST_IO, devMine, "my device")
device(ai, VME_IO, devAi, "my ai")
device(ai, CONSTANT, devOther, "Soft Channel")
driver(drv) registrar(reg) function(fun) variable(v) variable(w, double) link(mylink, lnkIf)
breaktable(typeX) { 0 0, 1 2 }
"""


def test_a_users_dbd_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "user.dbd").write_text(USER)
    own = Definitions(own_devices)
    own.load(str(tmp_path / "user.dbd"))
    value = own.record_type("mine").fields["VAL"]
    assert (value.prompt, value.pp, value.asl, value.special) == ('A \\"value\\"', True, 0, "100")
    assert own.record_type("mine").fields["SCAN"].menu == "menuScan"
    assert own.menu("menuScan").labels == ("Mine", "Other")
    assert list(own.devices("mine")) == ["my device"]
    assert list(own.devices("ai"))[-1] == "my ai"
    assert own.devices("ai")["Soft Channel"].dset == "devAiSoft"
    assert (own.functions, own.links) == (["fun"], {"mylink": "lnkIf"})
    assert own.variables["w"] == "double"
    assert own.breaktable("typeX").points == ((0.0, 0.0), (1.0, 2.0))


OLD = """
menu(menuFtype) { choice(menuFtypeSTRING, "STRING") choice(menuFtypeDOUBLE, "DOUBLE") }
menu(menuScan) { choice(a, "Mine") }
recordtype(event) {
    include "dbCommon.dbd"
    field(VAL, DBF_SHORT) { prompt("Event number") }
}
recordtype(busy) { include "dbCommon.dbd" }
"""


def test_the_whole_dbd_of_an_older_ioc_changes_only_what_is_a_sites_own(tmp_path: Path, base: Definitions) -> None:
    (tmp_path / "old.dbd").write_text(OLD)
    own = Definitions(own_devices)
    own.load(str(tmp_path / "old.dbd"))
    assert own.record_type("event").fields["VAL"].type == "STRING"
    assert list(own.record_type("busy").fields) == list(base.record_type("busy").fields)
    assert own.menu("menuFtype").labels == base.menu("menuFtype").labels
    assert own.menu("menuScan").labels == ("Mine",)
    assert own.record_type_names == base.record_type_names


def test_a_wrong_dbd_is_told_in_full_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("user.dbd").write_text(
        'menu(m) { choice(a, "b") }\n'
        "device(aii, INST_IO, dev, x)\n"
        "device(ai, INST, dev, x)\n"
        "recordtype(r) { field(VAL, DBF_DUBLE) { pp(TRUE) } }\n"
        'include "none.dbd"\n'
        'record(ai, "x") {}\n'
    )
    own = Definitions(own_devices)
    with pytest.raises(LoadError) as caught:
        own.load("user.dbd")
    assert sorted(f"{problem.location} {problem.message}" for problem in caught.value.problems) == [
        'user.dbd:2:1 no record type "aii" for device "x"; did you mean ai or aai?',
        'user.dbd:3:1 no link type "INST" for device "x"; did you mean INST_IO?',
        'user.dbd:4:17 field VAL: no field type "DBF_DUBLE"; did you mean DBF_DOUBLE or DBF_ULONG or DBF_DEVICE?',
        f'user.dbd:5:1 cannot include: no file "none.dbd" in {os.getcwd()}',
        "user.dbd:6:1 a record belongs in a .db file (dbLoadRecords)",
    ]
    with pytest.raises(NotFound):
        own.menu("m")


def test_epics_own_names_load_as_if_they_were_read(tmp_path: Path) -> None:
    Definitions(own_devices).load("base.dbd")
    with pytest.raises(LoadError, match=r"none\.dbd: no file"):
        Definitions(own_devices).load("none.dbd", [str(tmp_path)])
