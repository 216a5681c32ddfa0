"""When sets are saved, and to which files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.engine.put import put_now
from pydevpva.keep import autosave as module
from tests.keep.kept import Kept, kept

DB = 'record(ao, "A:x") { }\nrecord(ao, "A:y") { }\nrecord(bo, "A:go") { }\nrecord(calc, "A:c") { field(CALC, "1") }\n'
XY = "A:x.VAL\nA:y\n"


def values(ioc: Kept, name: str) -> list[str]:
    return [line for line in ioc.lines(name) if not line.startswith(("!", "<"))]


def test_a_monitor_set_is_saved_at_the_end_of_the_period_in_which_something_changed(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("xy.req", 5)', xy=XY) as ioc:
        ioc.advance(4)
        assert ioc.files() == []
        ioc.advance(2)
        assert ioc.lines("xy.sav") == ["A:x.VAL 0", "A:y 0", "<END>"]
        ioc.advance(60)
        ioc.put("A:y", 3)
        ioc.put("A:x", 2)
        assert values(ioc, "xy.sav") == ["A:x.VAL 0", "A:y 0"]
        ioc.advance(1)
        assert values(ioc, "xy.sav") == ["A:x.VAL 2", "A:y 3"]
        ioc.put("A:x", 7)
        ioc.advance(4)
        assert values(ioc, "xy.sav") == ["A:x.VAL 2", "A:y 3"]
        ioc.advance(1)
        assert values(ioc, "xy.sav") == ["A:x.VAL 7", "A:y 3"]


def test_a_monitor_set_that_does_not_change_is_not_written(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("xy.req", 5)', xy=XY) as ioc:
        ioc.advance(6)
        ioc.path("xy.sav").unlink()
        ioc.advance(30)
        assert not ioc.path("xy.sav").exists()


def test_a_change_within_the_deadband_is_saved_too(tmp_path: Path) -> None:
    with kept(tmp_path, 'record(ao, "A:x") { field(MDEL, "100") }', 'create_monitor_set("x.req", 5)', x="A:x\n") as ioc:
        ioc.advance(6)
        ioc.put("A:x", 1)
        ioc.advance(6)
        assert values(ioc, "x.sav") == ["A:x 1"]


def test_each_change_of_a_field_that_is_no_val_is_saved(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x.HIHI\nA:x.DESC\nA:x.OUT\nA:x.SCAN\n") as ioc:
        ioc.advance(6)
        for field, value in {"HIHI": 5, "DESC": "text", "OUT": "A:y PP", "SCAN": "1 second"}.items():
            assert ioc.put(f"A:x.{field}", value) == "ok"
            ioc.advance(6)
        assert values(ioc, "x.sav") == ["A:x.HIHI 5", "A:x.DESC text", "A:x.OUT A:y PP NMS", "A:x.SCAN 6"]


def test_a_periodic_set_is_saved_each_period(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_periodic_set("xy.req", 10)', xy=XY) as ioc:
        for number in range(3):
            ioc.put("A:x", number)
            ioc.advance(11)
            assert values(ioc, "xy.sav")[0] == f"A:x.VAL {number}"


def test_a_triggered_set_is_saved_at_the_start_and_when_its_pv_is_posted(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_triggered_set("xy.req", "A:go")', xy=XY) as ioc:
        ioc.advance(1)
        assert values(ioc, "xy.sav")[0] == "A:x.VAL 0"
        ioc.put("A:x", 5)
        ioc.advance(30)
        assert values(ioc, "xy.sav")[0] == "A:x.VAL 0"
        ioc.put("A:go", 1)
        ioc.advance(1)
        assert values(ioc, "xy.sav")[0] == "A:x.VAL 5"


def test_a_manual_set_is_saved_by_its_command_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with kept(tmp_path, DB, 'create_manual_set("xy.req")', xy=XY) as ioc:
        ioc.advance(100)
        assert ioc.files() == []
        ioc.run('manual_save("xy.req")')
        ioc.advance(0)
        assert values(ioc, "xy.sav") == ["A:x.VAL 0", "A:y 0"]
        assert "save_restore:defaultCallback:status=0" in capsys.readouterr().out
        ioc.run('manual_save("xy.req", "other.sav")')
        ioc.advance(0)
        assert values(ioc, "other.sav") == ["A:x.VAL 0", "A:y 0"]


def test_one_set_may_be_saved_by_several_methods(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_data_set("xy.req", 10, 0, "A:go", 5)', xy=XY) as ioc:
        assert "methods: [ TRIGGERED TIMER+CHANGE ]" in ioc.run("save_restoreShow")
        ioc.advance(6)
        ioc.put("A:x", 1)
        ioc.put("A:go", 1)
        ioc.advance(1)
        assert values(ioc, "xy.sav")[0] == "A:x.VAL 1"
        assert "method 4 is none of 1, 2, 8 and 16" in ioc.run('create_data_set("xy.req", 4)')


def test_a_set_s_request_file_can_be_read_again_and_the_set_removed(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("xy.req", 5)', xy=XY) as ioc:
        ioc.advance(6)
        (tmp_path / "xy.req").write_text("A:y\nA:c\n")
        ioc.run('reload_monitor_set("xy.req", 5)')
        ioc.advance(6)
        assert values(ioc, "xy.sav") == ["A:y 0", "A:c 0"]
        ioc.run('remove_data_set("xy.req")')
        ioc.put("A:y", 9)
        ioc.advance(10)
        assert values(ioc, "xy.sav") == ["A:y 0", "A:c 0"]
        assert ioc.run('remove_data_set("xy.req")') == 'no set "xy.req"; there are: none\n'


def test_a_set_without_a_request_file_is_none_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with kept(tmp_path, DB) as ioc:
        said = ioc.run('create_monitor_set("no.req", 30)')
        assert said == (
            "save_restore:readReqFile: unable to open file no.req. Exiting. "
            f'no request file "no.req" in {tmp_path}\n'
        )  # fmt: skip
        assert "no.req" not in ioc.run("save_restoreShow")


def test_a_period_below_autosave_s_shortest_is_that_and_said(tmp_path: Path) -> None:
    with kept(tmp_path, DB, xy=XY) as ioc:
        assert "1 s are too short" in ioc.run('create_monitor_set("xy.req", 1)')
        assert "monitor period: 4" in ioc.run("save_restoreShow")


def test_the_backup_is_a_copy_and_sequence_files_come_in_turn(tmp_path: Path) -> None:
    lines = (
        "save_restoreSet_NumSeqFiles 2",
        "save_restoreSet_SeqPeriodInSeconds 10",
        'create_monitor_set("xy.req", 5)',
    )
    with kept(tmp_path, DB, *lines, xy=XY) as ioc:
        for number in range(1, 5):
            ioc.put("A:x", number)
            ioc.advance(12)
        assert ioc.files() == ["xy.sav", "xy.sav0", "xy.sav1", "xy.savB"]
        assert ioc.path("xy.sav").read_text() == ioc.path("xy.savB").read_text()
        assert sorted(values(ioc, name)[0] for name in ("xy.sav0", "xy.sav1")) == ["A:x.VAL 3", "A:x.VAL 4"]


def test_dated_backups_are_written_once_in_their_period(tmp_path: Path) -> None:
    lines = (
        "save_restoreSet_periodicDatedBackups 2",
        'create_monitor_set("xy.req", 5)',
        'create_monitor_set("y.req", 5)',
    )
    with kept(tmp_path, DB, *lines, xy=XY, y="A:y\n") as ioc:
        ioc.advance(300)
        for name in ("xy", "y"):
            assert len([file for file in ioc.files() if file.startswith(f"{name}.sav_b_")]) == 2


def test_pvs_may_hold_the_folder_and_the_name_of_the_file(tmp_path: Path) -> None:
    db = (
        DB
        + 'record(stringout, "A:path") { field(VAL, "below") }\nrecord(stringout, "A:name") { field(VAL, "n.sav") }\n'
    )
    macros = "SAVEPATHPV=A:path,SAVENAMEPV=A:name"
    with kept(tmp_path, db, f'create_monitor_set("xy.req", 5, "{macros}")', xy=XY) as ioc:
        ioc.path("below").mkdir()
        ioc.advance(70)
        assert [path.name for path in ioc.path("below").iterdir()] == ["n.sav"]


def test_numbers_have_the_digits_that_autosave_gives_them(tmp_path: Path) -> None:
    db = 'record(ao, "A:x") { }\nrecord(int64out, "A:i") { }\n'
    db += 'record(waveform, "A:f") { field(FTVL, "FLOAT") field(NELM, "3") }\n'
    with kept(tmp_path, db, 'create_monitor_set("x.req", 5)', x="A:x\nA:i\nA:f\n") as ioc:
        ioc.put("A:x", 2 / 3)
        ioc.put("A:i", -(2**63))
        ioc.put("A:f", [2 / 3, -0.0, 1e30])
        ioc.advance(6)
        assert values(ioc, "x.sav") == [
            "A:x 0.66666666666667",
            "A:i -9223372036854775808",
            'A:f @array@ { "0.6666667" "-0" "1e+30" }',
        ]


def test_the_permissions_of_files_are_those_that_are_set(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with kept(
            tmp_path, DB, "save_restoreSet_FilePermissions 0640", 'create_monitor_set("xy.req", 5)', xy=XY
        ) as ioc:
            ioc.advance(6)
            assert ioc.path("xy.sav").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


@pytest.mark.parametrize(("line", "mode"), [("save_restoreSet_FilePermissions 0666", 0o666), ("", 0o640)])
def test_permissions_that_are_asked_for_are_exact_and_others_less_the_umask(
    tmp_path: Path, line: str, mode: int
) -> None:
    before = os.umask(0o027)
    try:
        with kept(tmp_path, DB, line, 'create_monitor_set("xy.req", 5)', xy=XY) as ioc:
            ioc.advance(70)
            assert {ioc.path(name).stat().st_mode & 0o777 for name in ("xy.sav", "xy.savB", "xy.sav0")} == {mode}
    finally:
        os.umask(before)


@pytest.mark.parametrize(("path", "below"), [("{}", "/as"), ("{}/", "/as"), ("{}", "as/"), ("{}/as", "")])
def test_a_subfolder_is_below_its_folder_however_it_is_written(tmp_path: Path, path: str, below: str) -> None:
    (tmp_path / "as").mkdir()
    for command in ("set_savefile_path", "set_requestfile_path"):
        with kept(tmp_path, DB, f'{command}("{path.format(tmp_path)}", "{below}")') as ioc:
            settings = ioc.ioc.autosave.settings
            found = {"set_savefile_path": settings.save_folder, "set_requestfile_path": settings.request_folders[-1]}
            assert found[command] == str(tmp_path / "as")


def test_a_request_file_in_a_subfolder_is_saved_in_one_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "xy.req").write_text(XY)
    (tmp_path / "sav").mkdir()
    (tmp_path / "sav" / "below").mkdir()
    lines = ('create_monitor_set("below/xy.req", 5)', 'create_monitor_set("xy.req", 5)')
    with kept(tmp_path, DB, *lines, xy=XY) as ioc:
        ioc.advance(6)
        assert ioc.files() == ["below", "xy.sav", "xy.savB"]
        assert sorted(path.name for path in ioc.path("below").iterdir()) == ["xy.sav", "xy.savB"]
        ioc.run('remove_data_set("xy.req")')
        assert [found.name for found in ioc.ioc.autosave.sets] == ["below/xy.req"]


def test_the_folder_of_a_request_file_with_its_whole_path_is_not_that_of_its_sav_file(tmp_path: Path) -> None:
    with kept(tmp_path, DB, f'create_monitor_set("{tmp_path}/xy.req", 5)', xy=XY) as ioc:
        ioc.advance(6)
        assert ioc.files() == ["xy.sav", "xy.savB"]


def test_a_set_of_a_menu_has_neither_backups_nor_sequence_files(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("xy.req", 5, "P=A:,CONFIG=a,CONFIGMENU=1")', xy=XY) as ioc:
        ioc.advance(70)
        assert ioc.files() == ["xy.sav"]


@pytest.mark.parametrize("kind", ["monitor", "periodic"])
def test_what_has_changed_in_the_last_second_is_written_when_the_ioc_stops(tmp_path: Path, kind: str) -> None:
    with kept(tmp_path, DB, f'create_{kind}_set("xy.req", 30)', xy=XY) as ioc:
        ioc.advance(31)
        ioc.put("A:x", 5)
        ioc.ioc.stop()
        assert values(ioc, "xy.sav")[0] == "A:x.VAL 5"


def test_saving_thousands_of_values_is_done_in_small_pieces(tmp_path: Path) -> None:
    db = "".join(f'record(ao, "A:{number}") {{ }}\n' for number in range(5000))
    request = "".join(f"A:{number}\n" for number in range(5000))
    with kept(tmp_path, db, 'create_periodic_set("all.req", 5)', all=request) as ioc:
        ioc.advance(1)
        pieces = ioc.call(lambda: [len(part) for part in ioc.ioc.autosave.sets[0].values()])
        assert sum(pieces) == 5000
        assert max(pieces) < 100
        ioc.advance(10)
        assert len(values(ioc, "all.sav")) == 5000


MANY = 3000
MANY_DB = "".join(f'record(longout, "A:{number}") {{ }}\n' for number in range(MANY))
MANY_REQ = "".join(f"A:{number}\n" for number in range(MANY))


def put_all(ioc: Kept, value: int) -> None:
    def put() -> None:
        for number in range(MANY):
            put_now(ioc.ioc.database.find(f"A:{number}"), value)

    ioc.call(put)


def test_a_save_that_is_under_way_when_the_ioc_stops_is_finished(tmp_path: Path) -> None:
    with kept(tmp_path, MANY_DB, 'create_monitor_set("all.req", 30)', all=MANY_REQ) as ioc:
        ioc.advance(40)
        put_all(ioc, 7)
        autosave = ioc.ioc.autosave
        ioc.call(lambda: autosave._save(autosave.sets[0]))
        assert autosave.sets[0].busy
        ioc.ioc.stop()
        assert set(values(ioc, "all.sav")) == {f"A:{number} 7" for number in range(MANY)}


@pytest.mark.parametrize("made", ['create_manual_set("all.req")', 'create_periodic_set("all.req", 300)'])
def test_what_was_asked_for_just_before_the_end_is_saved(tmp_path: Path, made: str) -> None:
    with kept(tmp_path, MANY_DB, made, all=MANY_REQ) as ioc:
        ioc.advance(10)
        put_all(ioc, 7)
        ioc.run('manual_save("all.req")')
        ioc.ioc.stop()
        assert set(values(ioc, "all.sav")) == {f"A:{number} 7" for number in range(MANY)}


def slowly(steps: Iterator[None]) -> bool:
    time.sleep(0.2)
    return next(steps, module) is module


def test_of_what_cannot_be_read_in_time_at_the_end_the_first_part_is_saved_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with kept(tmp_path, MANY_DB, 'create_monitor_set("all.req", 30)', all=MANY_REQ) as ioc:
        ioc.advance(40)
        put_all(ioc, 7)
        monkeypatch.setattr(module, "_take", slowly)
        ioc.ioc.stop()
        assert "autosave: all.req: too much has changed at the end: not all of it is written" in caplog.messages
        new = [line for line in values(ioc, "all.sav") if line.endswith(" 7")]
        assert (len(values(ioc, "all.sav")), 0 < len(new) < MANY) == (MANY, True)
