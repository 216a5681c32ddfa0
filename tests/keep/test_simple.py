"""pydevpvaSave and --save: what people set survives a restart, and nothing else has to be written."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pydevpva.keep import folder_lock
from tests.ioc_process import Starter
from tests.keep.kept import Kept, kept
from tests.local_ioc import written

OUTPUTS = {
    "ao": 1.0 / 3, "bo": 1, "longout": -5, "int64out": 2**63 - 1, "mbbo": 2, "mbboDirect": 37, "stringout": ' "q" \\ ',
    "lso": "é" * 100 + "\n$(M)", "aao": [0.1, -0.0, 1e300],
}  # fmt: skip
DB = "".join(
    f'record({rtype}, "A:{rtype}") {{ field(DOL, "0") {more} }}\n'
    for rtype, more in {
        **dict.fromkeys(("ao", "longout", "int64out", "mbboDirect", "stringout"), ""),
        "bo": 'field(ZNAM, "off") field(ONAM, "on")', "mbbo": 'field(ZRST, "a") field(ONST, "b") field(TWST, "c")',
        "lso": 'field(SIZV, "400")', "aao": 'field(FTVL, "DOUBLE") field(NELM, "5")',
    }.items()
).replace('record(mbboDirect, "A:mbboDirect") { field(DOL, "0")', 'record(mbboDirect, "A:mbboDirect") {')  # fmt: skip
DB += 'record(calc, "A:calc") { field(CALC, "A") info(autosaveFields, "A HIHI") info(autosaveFields_pass0, "CALC") }\n'
DB += 'record(ai, "A:ai") { info(autosaveFields_pass1, "DESC NOSUCH") }\n'


def started(folder: Path) -> AbstractContextManager[Kept]:
    return kept(folder, DB, f'pydevpvaSave("{folder / "kept"}")')


def test_values_of_all_output_records_come_back_as_they_were(tmp_path: Path) -> None:
    with started(tmp_path) as ioc:
        for rtype, value in OUTPUTS.items():
            assert ioc.put(f"A:{rtype}", value) == "ok"
        ioc.put("A:calc.HIHI", 5)
        ioc.put("A:calc.CALC", "A+1")
        ioc.put("A:ai.DESC", "text")
        ioc.advance(2)
    with started(tmp_path) as ioc:
        for rtype, value in OUTPUTS.items():
            assert ioc.get(f"A:{rtype}") == value, rtype
            assert ioc.get(f"A:{rtype}.UDF") == 0, rtype
        assert [ioc.get(f"A:calc.{field}") for field in ("HIHI", "CALC")] == [5.0, "A+1"]
        assert ioc.get("A:ai.DESC") == "text"


def test_a_restored_output_writes_to_its_device_only_if_pini_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = """
record(ao, "A:quiet") { field(DTYP, "pydev") field(OUT, "@sent.append('quiet')") }
record(ao, "A:pini") { field(DTYP, "pydev") field(OUT, "@sent.append(VAL)") field(PINI, "YES") }
"""
    before = ("pydev('sent = []')", f'pydevpvaSave("{tmp_path}")')
    with kept(tmp_path, db, *before) as ioc:
        ioc.put("A:quiet", 5)
        ioc.put("A:pini", 6)
        ioc.advance(2)
    with kept(tmp_path, db, *before) as ioc:
        ioc.advance(2)
        ioc.run("pydev('print(sent)')")
        assert capsys.readouterr().out == "[6.0]\n"
        assert ioc.get("A:quiet") == 5


def test_no_move_and_nothing_that_was_under_way_begins_at_a_restart(tmp_path: Path) -> None:
    db = """
record(motor, "A:m") { field(OUT, "A:go PP") field(RDBL, "A:at") field(URIP, "Yes") field(RRES, "1") }
record(ao, "A:go") {} record(ao, "A:at") {} record(busy, "A:busy") {}
"""
    with kept(tmp_path, db, f'pydevpvaSave("{tmp_path}")') as ioc:
        assert ioc.put("A:m", 5, wait=False) == "ok"
        assert ioc.put("A:busy", 1, wait=False) == "ok"
        ioc.advance(2)
    with kept(tmp_path, db, f'pydevpvaSave("{tmp_path}")') as ioc:
        ioc.advance(2)
        assert [ioc.get(f"A:{pv}") for pv in ("m", "m.DMOV", "busy", "go")] == [0.0, 1, 0, 5.0]


def test_what_has_changed_is_saved_within_two_seconds_and_nothing_else_is_written(tmp_path: Path) -> None:
    with started(tmp_path) as ioc:
        path = tmp_path / "kept" / "pydevpva.sav"
        ioc.advance(2)
        assert "A:longout.VAL 0" in path.read_text()
        ioc.put("A:longout", 7)
        ioc.advance(2)
        assert "A:longout.VAL 7" in path.read_text()
        path.unlink()
        ioc.put("A:longout", 7)
        ioc.advance(20)
        assert not path.exists()


def test_a_field_that_an_info_tag_names_wrongly_is_warned_of_with_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with started(tmp_path):
        place = f"{tmp_path / 'test.db'}:11:1"
        assert f"Warning: {place}: info(autosaveFields_pass1): no field NOSUCH in ai record A:ai" in caplog.messages


def test_it_stands_before_iocinit_and_once(tmp_path: Path) -> None:
    with started(tmp_path) as ioc:
        assert "pydevpvaSave: what is restored at the start is named before iocInit" not in ioc.printed
        assert f"values are saved to {tmp_path / 'kept'} already" in ioc.run(f'pydevpvaSave("{tmp_path}/other")')
    with kept(tmp_path, DB) as ioc:
        assert "what is restored at the start is named before iocInit" in ioc.run(f'pydevpvaSave("{tmp_path}/other")')


def test_a_second_ioc_does_not_write_over_the_values_of_the_first(
    tmp_path: Path, start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "PATIENCE", 0.1)
    folder = tmp_path / "kept"
    first = start.pydevpva("--save", folder, "-d", written(tmp_path / "first.db", 'record(ao, "B:ao") { }'))
    first.wait_for((folder / "pydevpva.sav").exists, "values saved")
    before = (folder / "pydevpva.sav").read_text()
    with started(tmp_path) as ioc:
        assert f"another IOC saves to {folder}; each needs a folder of its own" in ioc.printed
        ioc.put("A:ao", 3)
        ioc.advance(5)
        assert (folder / "pydevpva.sav").read_text() == before
    first.kill()
    with started(tmp_path) as ioc:
        assert "another IOC" not in ioc.printed
