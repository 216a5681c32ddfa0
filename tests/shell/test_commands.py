"""Facts about every command, from the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.shell.commands.without_effect import WITHOUT_MEANING
from pydevpva.shell.language import registry
from tests.shell.both import OURS, run


@pytest.mark.parametrize("name", registry.names())
def test_every_command_has_help(name: str) -> None:
    command = registry.find(name)
    assert command is not None
    assert command.help.strip()


def test_a_command_is_declared_once() -> None:
    with pytest.raises(ValueError, match="the command dbpf is declared twice"):
        registry.command("dbpf")(lambda shell: None)


def test_commands_without_meaning_say_why_and_succeed(tmp_path: Path) -> None:
    ours = run(OURS, "\n".join(["on error break", *WITHOUT_MEANING, "echo end"]) + "\n", tmp_path)
    assert ours.err == [f"{name}: no effect, {why}" for name, why in WITHOUT_MEANING.items()]
    assert ours.out[-1] == "end"


def test_help_of_a_command_shows_its_arguments(tmp_path: Path) -> None:
    ours = run(OURS, "help dbpr ech*\n", tmp_path)
    assert ours.out[1:4] == ["", "dbpr 'record name' 'interest level'", ""]
    assert ours.out[4] == "Print the fields of a record, more with each level."
    assert ours.out[-5:] == [" " * 60, "", "echo string", "", "Print a string, with C escapes such as \\n."]


def test_help_lists_names_in_columns(tmp_path: Path) -> None:
    ours = run(OURS, "help\n", tmp_path)
    assert ours.out[1].startswith("#               ClockTime_Report")
    assert all(len(line) <= 96 for line in ours.out)


def test_date_takes_a_format_with_fractions(tmp_path: Path) -> None:
    ours = run(OURS, 'date "x%%%03f"\ndate\n', tmp_path)
    assert len(ours.out[1]) == len("x%123")
    assert len(ours.out[3]) == len("2026/11/22 23:42:01.646408")


def test_any_register_function_is_accepted(tmp_path: Path) -> None:
    lines = ["on error break", "my_ioc_registerRecordDeviceDriver(pdbbase)", "registerAllRecordDeviceDrivers pdbbase"]
    ours = run(OURS, "\n".join(lines), tmp_path)
    assert (ours.err, ours.status) == ([], 0)


def test_epics_own_definitions_may_be_loaded_again(tmp_path: Path) -> None:
    ours = run(OURS, 'on error break\ndbLoadDatabase("base.dbd")\ndbLoadDatabase("softIoc.dbd")\n', tmp_path)
    assert (ours.err, ours.status) == ([], 0)


def test_a_missing_dbd_that_make_does_not_build_is_an_error(tmp_path: Path) -> None:
    ours = run(OURS, 'dbLoadDatabase("mine.dbd")\n', tmp_path)
    assert "ERROR: Failed to load 'mine.dbd'; line 1 of st.cmd" in ours.err


def test_records_cannot_be_loaded_after_ioc_init(tmp_path: Path) -> None:
    ours = run(OURS, "iocInit\ndbLoadRecords a.db\n", tmp_path, {"a.db": 'record(ai, "X") {}'})
    assert ours.err[-3:-1] == ["ERROR: Failed to load 'a.db'", "    Records cannot be loaded after iocInit!"]


def test_python_finds_modules_in_a_new_pythonpath_at_once(tmp_path: Path) -> None:
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "mine.py").write_text("VALUE = 5\n")
    ours = run(OURS, 'epicsEnvSet("PYTHONPATH", "py")\npydev("import mine; print(mine.VALUE)")\n', tmp_path)
    assert (ours.out[-1], ours.err) == ("5", [])


def test_python_without_quotes_is_told_of_them(tmp_path: Path) -> None:
    ours = run(OURS, "pydev(import os)\n", tmp_path)
    assert ours.err[-2] == '    the code goes into quotes: pydev("import ...")'
