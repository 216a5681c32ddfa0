"""Files that were cut off or damaged are told, and the backup is taken; values are never lost without a word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pydevpva.keep.safe_files import PERMISSIONS, unused
from pydevpva.keep.sequence import newest_first, write_next
from tests.keep.kept import kept

DB = 'record(ao, "A:x") { }\nrecord(waveform, "A:w") { field(FTVL, "LONG") field(NELM, "4") }\n'
HEAD = "# autosave R5.3\tAutomatically generated - DO NOT MODIFY - 261128-200758\n"
GOOD = HEAD + "A:x.VAL 1\n<END>\n"
BACKUP = HEAD + "A:x.VAL 2\n<END>\n"
PASS1 = 'set_pass1_restoreFile("x.sav")'


def saved(folder: Path, **files: str) -> None:
    (folder / "sav").mkdir()
    for name, text in files.items():
        (folder / "sav" / f"x.{name}").write_text(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        (HEAD, "it has no end mark, so it was cut off"),
        (HEAD + "A:x.VAL 1\n<EN", "it has no end mark, so it was cut off"),
        (HEAD + "A:x.VAL 1\n<END>", "it has no end mark, so it was cut off"),
        (HEAD + 'A:w @array@ { "1" "2\nA:x.VAL 1\n<END>\n', "line 2: the array of A:w has no end"),
        (HEAD + "A:x.VAL 1\nA:\0\0\0\n<END>\n", "line 3 is damaged"),
    ],
    ids=["empty", "head", "half an end", "no newline", "array", "zeros"],
)
def test_the_backup_is_taken_for_a_damaged_file_and_that_is_said(
    tmp_path: Path, text: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    saved(tmp_path, sav=text, savB=BACKUP)
    with kept(tmp_path, DB, PASS1) as ioc:
        assert ioc.get("A:x") == 2
        path = ioc.path("x.sav")
        assert f"autosave: {path}: {why}; {path}B is restored in its place" in caplog.messages
        assert "'x.sav' -  Warning  - 'Bad .sav(B) files; used seq. backup'" in ioc.run("dbrestoreShow")
        ioc.advance(1)
        assert [name for name in ioc.files() if name.startswith("x.sav_RBAD_")]


def test_of_sequence_files_the_newest_good_one_is_taken(tmp_path: Path) -> None:
    saved(tmp_path, sav="", savB="", sav0=GOOD, sav1=BACKUP, sav2=HEAD)
    for number, time in ((0, 1000), (1, 2000), (2, 3000)):
        os.utime(tmp_path / "sav" / f"x.sav{number}", (time, time))
    with kept(tmp_path, DB, PASS1) as ioc:
        assert ioc.get("A:x") == 2


def test_where_no_file_is_without_damage_all_good_lines_are_restored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved(tmp_path, sav=HEAD + 'A:x.VAL 3\nA:w @array@ { "1"\n<END>\n')
    with kept(tmp_path, DB, PASS1) as ioc:
        assert ioc.get("A:x") == 3
        assert f"autosave: {ioc.path('x.sav')} line 3: the array of A:w has no end: passed over" in caplog.messages


def test_of_a_file_full_of_damage_the_first_lines_are_told_and_the_others_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved(tmp_path, sav=HEAD + "A:x.VAL 3\n" + 'A:w @array@ { "1"\n' * 1000 + "<END>\n")
    with kept(tmp_path, DB, PASS1) as ioc:
        assert ioc.get("A:x") == 3
        told = [text for text in caplog.messages if text.startswith(f"autosave: {ioc.path('x.sav')}")]
        assert f"autosave: {ioc.path('x.sav')}: 900 more such lines" in told
        assert len(told) < 110
        assert all(len(text) < 2000 for text in told)


def test_where_all_files_are_cut_off_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    saved(tmp_path, sav=HEAD, savB="")
    with kept(tmp_path, DB, PASS1) as ioc:
        path = ioc.path("x.sav")
        assert (
            f"autosave: {path}: it has no end mark, so it was cut off; {path}B: it is empty; there is no other, "
            "nothing is restored" in caplog.messages
        )


def test_each_file_and_each_pv_that_could_not_be_restored_is_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    saved(tmp_path, sav=HEAD + "A:x.VAL 1\nA:x.HIHI abc\nA:none.VAL 3\n<END>\n")
    with kept(tmp_path, DB, 'set_pass0_restoreFile("x.sav")', PASS1) as ioc:
        path = ioc.path("x.sav")
        assert [text for text in caplog.messages if text.startswith("autosave")] == [
            f'autosave: {path} line 3: A:x.HIHI: "abc" is not a number; it is not restored',
            f"autosave: {path} line 4: A:none.VAL: no record A:none; it is not restored",
            f"autosave: {path}: 1 values restored in pass 0",
            f"autosave: {path}: 1 values restored in pass 1",
        ]


def test_what_does_not_fit_is_not_made_another_value_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    db = (
        'record(longout, "A:l") { field(VAL, "5") }\nrecord(lso, "A:s") { field(SIZV, "20") }\n'
        'record(waveform, "A:w") { field(FTVL, "SHORT") field(NELM, "4") }\nrecord(sel, "A:x") { }\n'
        'record(waveform, "A:t") { field(FTVL, "STRING") field(NELM, "4") }\n'
    )
    text = f'A:l 99999999999\nA:l.PHAS -40000\nA:s.VAL$ {"y" * 30}\nA:w @array@ {{ "70000" "-1" }}\nA:x 3\n'
    text += f'A:t @array@ {{ "{"z" * 39}" "{"z" * 40}" }}\n'
    saved(tmp_path, sav=HEAD + text + "<END>\n")
    with kept(tmp_path, db, 'set_pass0_restoreFile("x.sav")', PASS1) as ioc:
        path = ioc.path("x.sav")
        assert [text.removeprefix(f"autosave: {path} line ") for text in caplog.messages if " line " in text] == [
            "2: A:l: 99999999999 does not fit a LONG; it is not restored",
            "3: A:l.PHAS: -40000 does not fit a SHORT; it is not restored",
            "6: A:x is not restored: nobody may write to it",
            "4: A:s.VAL$: only 19 of 30 bytes have room",
            '5: A:w: "70000" does not fit a SHORT: of its bits the low ones are taken',
            "7: A:t: 1 texts are too long and cut",
        ]
        assert (ioc.get("A:l"), ioc.get("A:l.PHAS"), ioc.get("A:s"), ioc.get("A:w")) == (5, 0, "y" * 19, [4464, -1])


def test_a_first_start_has_nothing_to_restore_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with kept(tmp_path, DB, 'set_pass0_restoreFile("x.sav")', PASS1) as ioc:
        told = [text for text in caplog.messages if text.startswith("autosave")]
        assert told == [f"autosave: {ioc.path('x.sav')} is not there yet: nothing is restored from it"]


def test_an_incomplete_file_is_not_restored_where_that_is_not_ok(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved(tmp_path, sav=HEAD + "! 1 channel(s) not connected\nA:x.VAL 1\n#A:y Search Issued\n<END>\n")
    with kept(tmp_path, DB, PASS1, "save_restoreSet_IncompleteSetsOk 0") as ioc:
        assert ioc.get("A:x") == 0
        assert "'x.sav' -  Failure  - 'restore aborted'" in ioc.run("dbrestoreShow")


def test_values_of_pvs_that_are_not_there_any_more_are_kept_in_a_copy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved(tmp_path, sav=HEAD + "A:x.VAL 1\nA:gone.VAL 5\n<END>\n")
    with kept(tmp_path, DB, PASS1, 'create_monitor_set("x.req", 5)', x="A:x.VAL\nA:gone.VAL\n") as ioc:
        ioc.advance(15)
        assert "#A:gone.VAL Search Issued" in ioc.lines("x.sav")
        (copy,) = [name for name in ioc.files() if "_KEPT_" in name]
        assert "A:gone.VAL 5" in ioc.lines(copy)
        told = [text for text in caplog.messages if "has values of PVs that are not there now" in text]
        assert told == [
            f"autosave: {ioc.path('x.sav')} has values of PVs that are not there now; it is kept as {ioc.path(copy)}: "
            "A:gone.VAL"
        ]


def test_a_file_that_another_ioc_writes_to_as_well_is_told_once_and_its_values_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x.VAL\n") as ioc:
        ioc.advance(6)
        for value in range(3):
            other = ioc.path(f"other{value}")
            other.write_text(HEAD + f"B:y.VAL {value}\n<END>\n")
            other.rename(ioc.path("x.sav"))
            ioc.put("A:x", value + 1)
            ioc.advance(6)
        assert ioc.lines("x.sav") == ["A:x.VAL 3", "<END>"]
        (copy,) = [name for name in ioc.files() if "_KEPT_" in name]
        assert ioc.lines(copy) == ["B:y.VAL 0", "<END>"]
        told = [text for text in caplog.messages if "another program" in text]
        assert told == [f"autosave: another program writes to {ioc.path('x.sav')} too; each IOC needs files of its own"]


def test_a_damaged_backup_is_put_aside_and_written_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    saved(tmp_path, sav=GOOD, savB=HEAD)
    with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x.VAL\n") as ioc:
        ioc.advance(6)
        assert ioc.lines("x.savB") == ["A:x.VAL 0", "<END>"]
        (aside,) = [name for name in ioc.files() if name.startswith("x.savB_SBAD_")]
        assert ioc.path(aside).read_text() == HEAD
        assert "Status: ' Warning ' - '.savB file was bad'" in ioc.run("save_restoreShow")


def test_the_copy_of_a_restored_file_has_the_date_or_is_the_bu(tmp_path: Path) -> None:
    saved(tmp_path, sav=GOOD)
    with kept(tmp_path, DB, PASS1, "save_restoreSet_DatedBackupFiles 0") as ioc:
        ioc.advance(1)
        assert ioc.files() == ["x.sav", "x.sav.bu"]


def test_a_copy_of_a_restored_file_with_that_date_is_not_overwritten(tmp_path: Path) -> None:
    saved(tmp_path, sav=GOOD)
    for _ in range(2):  # the clock of a test begins at the same time
        with kept(tmp_path, DB, PASS1) as ioc:
            ioc.advance(1)
    assert len([name for name in ioc.files() if name.startswith("x.sav_")]) == 2


def test_a_clock_that_jumps_back_overwrites_no_backup_and_confuses_no_order(tmp_path: Path) -> None:
    path = str(tmp_path / "x.sav")
    future = 4_000_000_000
    for number in range(7):
        name = write_next(path, 3, f"{number}", PERMISSIONS)
        if number == 1:
            os.utime(name, (future, future))  # as if the clock had been there
    assert [Path(name).read_text() for name in newest_first(path, 3)] == ["6", "5", "4"]
    Path(f"{path}_261128-200758").write_text("before")
    assert unused(f"{path}_261128-200758") == f"{path}_261128-200758-1"
