"""The records of save_restoreStatus.db show what the C module shows there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.keep.kept import Kept, kept

STATES = (
    'field(NOBT, "3") field(ONVL, "1") field(TWVL, "2") field(THVL, "3") field(FRVL, "4") field(ZRST, "No Status") '
    'field(ONST, "Failure") field(TWST, "Warning") field(THST, "Seq Fail") field(FRST, "Ok") field(ONSV, "MAJOR") '
    'field(TWSV, "MINOR") field(THSV, "MAJOR")'
)
DB = 'record(ao, "A:x") { }\nrecord(bo, "A:SR_heartbeat") { }\n'
DB += "".join(
    f'record(mbbo, "A:SR_{name}") {{ {STATES} }}\n' for name in ("status", "rebootStatus", "0_Status", "1_Status")
)
DB += "".join(
    f'record(stringout, "A:SR_{name}") {{ }}\n'
    for name in ("statusStr", "rebootStatusStr", "rebootTime", "recentlyStr", "0_Name", "0_StatusStr", "0_Time",
                 "1_Name", "1_StatusStr", "1_Time")
)  # fmt: skip
DB += (
    'record(longout, "A:SR_0_State") { }\nrecord(bo, "A:SR_disable") { }\nrecord(longout, "A:SR_disableMaxSecs") { }\n'
)
PREFIX = 'save_restoreSet_status_prefix("A:")'
TIME = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"


def test_the_state_of_sets_is_shown(tmp_path: Path) -> None:
    sets = ('create_monitor_set("x.req", 5)', 'create_monitor_set("y.req", 5)')
    with kept(tmp_path, DB, PREFIX, *sets, x="A:x\n", y="A:x\nA:x.NOSUCH\n") as ioc:
        ioc.advance(2)
        assert ioc.text("A:SR_status") == "No Status"
        assert ioc.text("A:SR_recentlyStr") == "y.sav: 1 of 2 PV's connected"
        beat = ioc.get("A:SR_heartbeat")
        ioc.advance(1)
        assert ioc.get("A:SR_heartbeat") == 1 - beat
        ioc.advance(6)
        assert [ioc.text(f"A:SR_{name}") for name in ("0_Name", "0_Status", "0_StatusStr")] == [
            "x",
            "Warning",
            ".savB file was bad",
        ]
        assert [ioc.text(f"A:SR_1_{name}") for name in ("Name", "Status", "StatusStr")] == [
            "y",
            "Warning",
            "1 value not saved",
        ]
        assert (ioc.text("A:SR_status"), ioc.text("A:SR_status.SEVR")) == ("Warning", "MINOR")
        assert ioc.text("A:SR_recentlyStr") == "Wrote 'y.sav'"
        assert re.fullmatch(TIME, ioc.text("A:SR_0_Time"))
        ioc.put("A:x", 1)
        ioc.advance(6)
        assert ioc.text("A:SR_0_Status") == "Ok"


def test_what_was_restored_is_shown_and_the_worst_file_counts(tmp_path: Path) -> None:
    (tmp_path / "sav").mkdir()
    (tmp_path / "sav" / "x.sav").write_text("A:x 5\n")
    passes = ('set_pass0_restoreFile("x.sav")', 'set_pass1_restoreFile("none.sav")')
    with kept(tmp_path, DB, PREFIX, *passes) as ioc:
        ioc.advance(2)
        assert (ioc.text("A:SR_rebootStatus"), ioc.text("A:SR_rebootStatusStr")) == ("Failure", "Can't open save file.")
        assert re.fullmatch(TIME, ioc.text("A:SR_rebootTime"))


@contextmanager
def disabled(folder: Path) -> Iterator[Kept]:
    """An IOC whose saving is switched off for at most 20 s, and a value that has changed since."""
    with kept(folder, DB, PREFIX, 'create_monitor_set("x.req", 5)', x="A:x\n") as ioc:
        ioc.advance(6)
        ioc.put("A:SR_disableMaxSecs", 20)
        ioc.put("A:SR_disable", 1)
        ioc.put("A:x", 1)
        yield ioc


def test_saving_is_held_up_while_it_is_disabled_for_as_long_as_is_allowed(tmp_path: Path) -> None:
    with disabled(tmp_path) as ioc:
        ioc.advance(15)
        assert ioc.lines("x.sav")[0] == "A:x 0"
        ioc.advance(10)
        assert ioc.get("A:SR_disable") == 0
        assert ioc.lines("x.sav")[0] == "A:x 1"


def test_saving_that_is_disabled_is_held_up_at_the_end_too(tmp_path: Path) -> None:
    with disabled(tmp_path) as ioc:
        ioc.advance(2)
        ioc.ioc.stop()
        assert ioc.lines("x.sav")[0] == "A:x 0"


def test_without_status_pvs_nothing_is_written_to_them(tmp_path: Path) -> None:
    with kept(
        tmp_path, DB, PREFIX, "save_restoreSet_UseStatusPVs 0", 'create_monitor_set("x.req", 5)', x="A:x\n"
    ) as ioc:
        ioc.advance(10)
        assert ioc.text("A:SR_0_Name") == ""
        assert ioc.files() == ["x.sav", "x.savB"]
