"""PVs of other IOCs are saved and restored, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from pydevpva.keep import autosave, running
from tests.ioc_process import loopback
from tests.keep.kept import Kept
from tests.local_ioc import LocalIoc, eventually, written
from tests.pva.test_links import searching

DB = """
record(ao, "F:x") { field(VAL, "1.5") }
record(mbbo, "F:m") { field(ZRST, "a") field(ONST, "b") field(VAL, "1") }
record(waveform, "F:w") { field(FTVL, "LONG") field(NELM, "4") field(INP, "[1,2]") }
record(stringout, "F:s") { field(VAL, "a \\"b\\"") }
"""
NAMES = "F:x\nF:x.HIHI\nF:m\nF:w\nF:s\nF:none\n"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Ioc]:
    ioc = Ioc()
    ioc.environment.update(loopback())
    ioc.load_records(written(tmp_path / "far.db", DB))
    with ioc:
        ioc.init()
        yield ioc


@pytest.fixture
def near(tmp_path: Path, far: Ioc, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """An IOC that finds the other one; it goes by the computer's clock."""
    monkeypatch.setattr(autosave, "PATIENCE", 0.2)
    monkeypatch.setattr(running, "PATIENCE", 0.5)
    ioc = Ioc(False)
    own = loopback()
    ioc.environment.update(own | searching(far.environment, own))
    (tmp_path / "sav").mkdir()
    written(tmp_path / "x.req", NAMES)
    with ioc:
        kept = Kept(ioc, None, tmp_path)
        kept.run(f"set_requestfile_path {tmp_path}", f"set_savefile_path {tmp_path / 'sav'}")
        yield kept


def test_pvs_of_another_ioc_are_saved_with_their_last_value_when_it_goes(near: Kept, far: Ioc) -> None:
    near.run("iocInit", 'create_manual_set("x.req")')
    found = near.ioc.autosave.sets[0]
    eventually(lambda: found.enabled and near.call(found.missing_names) == ["F:none"], "the far PVs are there")
    saved = [
        "! 1 channel(s) not connected - or not all gets were successful", "F:x 1.5", "F:x.HIHI 0", "F:m 1",
        'F:w @array@ { "1" "2" }', 'F:s a \\"b\\"', "#F:none Search Issued", "<END>",
    ]  # fmt: skip
    near.run('manual_save("x.req")')
    eventually(lambda: near.path("x.sav").exists() and not found.busy, "it is saved")
    assert near.lines("x.sav") == saved
    far.stop()
    eventually(lambda: len(near.call(found.missing_names)) == 6, "the far PVs are gone")
    near.path("x.sav").unlink()
    near.run('manual_save("x.req")')
    eventually(lambda: near.path("x.sav").exists() and not found.busy, "it is saved again")
    assert near.lines("x.sav") == saved


def test_values_are_put_into_another_ioc_and_what_nobody_has_is_said(near: Kept, far: Ioc) -> None:
    near.run("iocInit")
    near.path("x.sav").write_text('F:x 2.5\nF:m 0\nF:w @array@ { "3" "4" "5" }\nF:s text\nF:none 1\n')
    said = near.run('fdbrestore("x.sav")')
    assert f"{near.path('x.sav')} line 5: F:none: no such PV, in this IOC or another; it is not restored" in said
    assert "4 values restored, 1 could not be" in said
    there = LocalIoc(far)
    assert [there.get(name) for name in ("F:x", "F:m", "F:s")] == [2.5, 0, "text"]
    assert there.get("F:w").tolist() == [3, 4, 5]


@pytest.mark.long
def test_a_pv_of_another_ioc_may_trigger_a_set(near: Kept, far: Ioc) -> None:
    near.run("iocInit", 'create_triggered_set("x.req", "F:x")')
    found = near.ioc.autosave.sets[0]
    eventually(lambda: near.path("x.sav").exists() and not found.busy, "it is saved at the start")
    near.path("x.sav").unlink()
    assert LocalIoc(far).put("F:x", 4) is None
    eventually(lambda: near.path("x.sav").exists(), "it is saved when the trigger is posted")
