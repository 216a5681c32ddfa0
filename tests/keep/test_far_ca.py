"""PVs of an IOC that speaks Channel Access alone, EPICS's own, are saved and restored, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from tests.ca.links.near_and_far import ca_of, far_ioc
from tests.ioc_process import ServerProcess, Starter, loopback
from tests.keep.kept import Kept
from tests.local_ioc import eventually, written

DB = """
record(ao, "F:x") { field(VAL, "1.5") }
record(longout, "F:l") { field(VAL, "-7") }
record(mbbo, "F:m") { field(ZRST, "a") field(ONST, "b") field(VAL, "1") field(PINI, "YES") }
record(waveform, "F:w") { field(FTVL, "LONG") field(NELM, "4") field(INP, "[1,2]") }
record(waveform, "F:s") { field(FTVL, "STRING") field(NELM, "4") field(INP, ["one","two 2"]) }
record(waveform, "F:c") { field(FTVL, "UCHAR") field(NELM, "4") field(INP, [1,200]) }
record(stringout, "F:so") { field(VAL, "a \\"b\\"") }
record(lso, "F:long") { field(SIZV, "300") field(DOL,
    {const: "a text of more than forty characters, with blanks in it"}) }
record(ao, "F:ro") { field(VAL, "9") field(DISP, "1") }
"""
NAMES = "F:x\nF:x.HIHI\nF:x.OMSL\nF:l\nF:m\nF:w\nF:s\nF:c\nF:so\nF:long.VAL$\nF:x.DESC$\n"
LONG = "a text of more than forty characters, with blanks in it"


@pytest.fixture
def far(start: Starter) -> ServerProcess:
    return far_ioc(start, DB)


@pytest.fixture
def near(tmp_path: Path, far: ServerProcess) -> Iterator[Kept]:
    """An IOC that finds the other one by Channel Access; it goes by the computer's clock."""
    ioc = Ioc(False)
    ioc.environment.update(loopback() | ca_of(far.environment))
    (tmp_path / "sav").mkdir()
    written(tmp_path / "x.req", NAMES)
    with ioc:
        kept = Kept(ioc, None, tmp_path)
        kept.run(f"set_requestfile_path {tmp_path}", f"set_savefile_path {tmp_path / 'sav'}", "iocInit")
        yield kept


def saved(near: Kept) -> list[str]:
    """Saved now, by hand."""
    found = near.ioc.autosave.sets[0]
    near.path("x.sav").unlink(missing_ok=True)
    near.run('manual_save("x.req")')
    eventually(lambda: near.path("x.sav").exists() and not found.busy, "it is saved")
    return near.lines("x.sav")


def test_values_are_saved_and_put_back_and_those_of_an_ioc_that_has_gone_are_the_last(
    near: Kept, far: ServerProcess, start: Starter
) -> None:
    near.run('create_manual_set("x.req")')
    found = near.ioc.autosave.sets[0]
    eventually(lambda: found.enabled and not near.call(found.missing_names), "the far PVs are there")
    first = [
        "F:x 1.5", "F:x.HIHI 0", "F:x.OMSL 0", "F:l -7", "F:m 1", 'F:w @array@ { "1" "2" }',
        'F:s @array@ { "one" "two 2" }', 'F:c @array@ { "1" "200" }', 'F:so a \\"b\\"', f"F:long.VAL$ {LONG}",
        "F:x.DESC$ ", "<END>",
    ]  # fmt: skip
    assert saved(near) == first

    other = {"F:x 1.5": "F:x 2.5", "F:m 1": "F:m 0", "F:l -7": "F:l 70000", 'F:w @array@ { "1" "2" }':
             'F:w @array@ { "3" "4" "5" }', 'F:c @array@ { "1" "200" }': 'F:c @array@ { "255" "0" }',
             f"F:long.VAL$ {LONG}": "F:long.VAL$ another", "F:x.DESC$ ": "F:x.DESC$ described"}  # fmt: skip
    put = [other.get(line, line) for line in first]
    near.path("y.sav").write_text("\n".join([*put[:-1], "F:ro 1", "F:none 1"]) + "\n")
    said = near.run('fdbrestore("y.sav")')
    assert "11 values restored, 2 could not be" in said
    assert "line 13: F:none: no such PV, in this IOC or another; it is not restored" in said
    assert "line 12: F:ro: " in said
    eventually(lambda: saved(near) == put, "what was put is seen")

    far.kill()
    eventually(lambda: len(near.call(found.missing_names)) == 11, "the far PVs are gone")
    assert saved(near) == put
    far_ioc(start, DB, before=far)
    eventually(lambda: not near.call(found.missing_names), "they are there again")
    eventually(lambda: saved(near) == first, "what they have now is saved")


def put(near: Kept, line: str) -> None:
    """Put a value into the far IOC."""
    written(near.path("put"), line + "\n")
    assert "1 values restored" in near.run(f"fdbrestoreX({near.path('put')})")


def test_a_change_saves_a_set(near: Kept) -> None:
    near.run('create_monitor_set("x.req", 4)')
    found = near.ioc.autosave.sets[0]
    eventually(lambda: near.path("x.sav").exists() and "F:x 1.5" in near.lines("x.sav"), "it is saved at the start")
    put(near, "F:x 7")
    eventually(lambda: "F:x 7" in near.lines("x.sav"), "it is saved when it has changed")
    assert found.status_text in ("Ok", ".savB file was bad")


def test_a_pv_may_trigger_a_set(near: Kept) -> None:
    near.run('create_triggered_set("x.req", "F:x")')
    found = near.ioc.autosave.sets[0]
    eventually(lambda: near.path("x.sav").exists() and not found.busy, "it is saved at the start")
    eventually(lambda: not near.call(found.missing_names), "the far PVs are there")
    eventually(lambda: near.path("x.sav").exists() and not found.busy and not found.state, "nothing is left to save")
    near.path("x.sav").unlink()
    put(near, "F:x 4")
    eventually(lambda: near.path("x.sav").exists(), "it is saved when the trigger is posted")
