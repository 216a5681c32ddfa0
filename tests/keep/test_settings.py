"""What holds for all sets, and the commands that change a set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keep.kept import kept

DB = 'record(ao, "A:x") { }\nrecord(bo, "A:go") { }\n'


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("save_restoreSet_Debug 2", "Debug level: 2"), ("save_restoreSet_NumSeqFiles 5", "files to maintain: 5"),
        ("save_restoreSet_SeqPeriodInSeconds 20", "between sequence files: 20 seconds"),
        ("save_restoreSet_IncompleteSetsOk 0", "incomplete save sets? NO"),
        ("save_restoreSet_DatedBackupFiles 0", "dated backup files? NO"),
        ("save_restoreSet_FilePermissions 0600", "File permissions: 0600"),
        ("save_restoreSet_RetrySeconds 30", "failure and retry: 30 seconds"),
        ("save_restoreSet_status_prefix B:", "Status PV: B:SR_0_Status"),
    ],
)  # fmt: skip
def test_a_setting_is_shown(tmp_path: Path, line: str, shown: str) -> None:
    with kept(tmp_path, DB, line, 'create_manual_set("x.req")', x="A:x\n") as ioc:
        assert "ERROR" not in ioc.printed
        assert shown in ioc.run("save_restoreShow")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("save_restoreSet_NumSeqFiles 11", "11 is not possible: 0 to 10"),
        ("save_restoreSet_SeqPeriodInSeconds 9", "9 is not possible: 10 or more"),
        ("save_restoreSet_periodicDatedBackups -1", "-1 is not possible: 0 or more"),
        ("save_restoreSet_RetrySeconds 0", "0 is not possible: 1 or more"),
        ("save_restoreSet_FilePermissions 4096", "4096 is not possible: 0 to 511"),
        ("save_restoreSet_CallbackTimeout 3", "3 is not possible: 4 or more, or negative"),
        (f"save_restoreSet_status_prefix {'x' * 30}", "a prefix has 29 characters at most"),
        ("create_triggered_set x.req", "a triggered set needs the name of the PV that triggers it"),
        ("create_manual_set", "the name of a request file is needed"),
        ("manual_save none.req", 'no set "none.req"; there are: none'),
        ("fdbrestore none.sav", "none.sav: Can't open save file."),
        ("fdbrestoreX none.sav", "none.sav"),
        ("asVerify none.sav", "none.sav"),
        ("eraseFile", "the name of a file is needed"),
    ],
)
def test_what_is_not_possible_is_refused_with_the_reason(tmp_path: Path, line: str, why: str) -> None:
    with kept(tmp_path, DB, x="A:x\n") as ioc:
        assert why in ioc.run(line)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("save_restoreSet_NumSeqFiles 20", "files to maintain: 10"),
        ("save_restoreSet_SeqPeriodInSeconds 5", "between sequence files: 10 seconds"),
        ("save_restoreSet_RetrySeconds 0", "failure and retry: 1 seconds"),
    ],
)
def test_the_nearest_that_is_possible_is_taken_as_the_module_does(tmp_path: Path, line: str, shown: str) -> None:
    with kept(tmp_path, DB, line) as ioc:
        assert f"{line.split()[1]} is not possible" in ioc.printed
        assert shown in ioc.run("save_restoreShow")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("var save_restoreDebug 3", "Debug level: 3"), ("var save_restoreNumSeqFiles 12", "files to maintain: 10"),
        ("var save_restoreSeqPeriodInSeconds 30", "between sequence files: 30 seconds"),
        ("var save_restoreIncompleteSetsOk 0", "incomplete save sets? NO"),
        ("var save_restoreDatedBackupFiles 0", "dated backup files? NO"),
    ],
)  # fmt: skip
def test_the_module_s_variables_set_what_its_commands_set(tmp_path: Path, line: str, shown: str) -> None:
    with kept(tmp_path, DB, line) as ioc:
        assert shown in ioc.run("save_restoreShow")
        name, value = line.split()[1:]
        assert ioc.run(f"var {name}") == f"int {name} = {min(int(value), 10) if 'Num' in name else value}\n"


def test_permissions_that_were_meant_to_be_octal_are_refused_with_how_to_write_them(tmp_path: Path) -> None:
    with kept(tmp_path, DB) as ioc:
        said = ioc.run("save_restoreSet_FilePermissions(777)")
        assert said == "777 is not possible: 0 to 511, which is 0777; an octal number begins with 0: 0777\n"
        assert "File permissions: 0664" in ioc.run("save_restoreShow")


@pytest.mark.parametrize(
    "line",
    [
        "save_restoreSet_CAReconnect 1",
        "save_restoreSet_CallbackTimeout -1",
        "save_restoreSet_CallbackTimeout 60",
        "set_saveTask_priority 20",
    ],
)
def test_what_has_no_meaning_here_is_accepted(tmp_path: Path, line: str) -> None:
    with kept(tmp_path, DB) as ioc:
        assert ioc.run(line) == ""


def test_a_set_may_become_of_another_kind_when_it_is_reloaded(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x\n") as ioc:
        for line, methods in (
            ('reload_periodic_set("x.req", 10)', "PERIODIC"),
            ('reload_triggered_set("x.req", "A:go")', "TRIGGERED"),
            ('reload_manual_set("x.req")', "MANUAL"),
        ):
            assert ioc.run(line) == ""
            assert f"methods: [ {methods} ]" in ioc.run("save_restoreShow")


def test_the_file_of_a_set_may_have_another_name(tmp_path: Path) -> None:
    with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x\n") as ioc:
        ioc.run('set_savefile_name("x.req", "other.sav")')
        ioc.advance(6)
        assert ioc.files() == ["other.sav", "other.savB"]


def test_a_set_of_which_pvs_are_missing_is_not_written_where_that_is_not_ok(tmp_path: Path) -> None:
    lines = ("save_restoreSet_IncompleteSetsOk 0", 'create_monitor_set("x.req", 5)')
    with kept(tmp_path, DB, *lines, x="A:x\nA:x.NONE\n") as ioc:
        ioc.advance(20)
        assert ioc.files() == []
        assert "' Warning ' - '1 value missing, not written'" in ioc.run("save_restoreShow")
