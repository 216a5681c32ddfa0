"""A saved session, line by line in softIocPVX's shell and in ours; and facts about every command of softIocPVX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.shell.language import registry
from pydevpva.shell.language.registry import NO_EFFECT, SAME
from pydevpva.shell.reports import command_page as table
from tests.ioc_process import ROOT, loopback
from tests.shell.both import OURS, REAL, Run, run

FOLDER = Path(__file__).with_name("session")
LINES = (FOLDER / "session.cmd").read_text().splitlines()
FILES = {path.name: path.read_text() for path in FOLDER.iterdir()}
SOFTIOCPVX = [*REAL, "--pvxs"]
CHANGING = [
    (re.compile("0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"(TIME: ).*?( {2,}|$)"), r"\1"),
    (re.compile(r"(Current Time is|Program started at) .*"), r"\1"),
]
# Lines whose output is not the same: of commands that docs/shell.md calls "differs" or "no effect", or for the reason
DIFFERENT = [
    "asSetFilename", "dbDumpRegistrar", "dbDumpFunction", "dbDumpVariable", "dbDumpLink", "dbDumpDevice",
    "dbDumpField", "dbDumpRecordType", "dbDumpBreaktable", "registryDeviceSupportFind", "registryDriverSupportFind",
    "registryFunctionFind", "registryRecordTypeFind", "gft", "pft", "dblsr", "dbLockShowLocked", "dbsr",
    "dbPvdDump", "asDumpHash", "epicsThreadShow", "epicsThreadShowAll", "epicsMutexShowAll", "taskwdShow",
    "casr", "pvxsr", "pvxsi", "pvxrefshow",
]  # fmt: skip
DIFFERENT_LINES = {
    "coreRelease": "the versions are others",
    "iocInit": "the banner is pydevpva's own",
    "dbnr 1": "pydevpva has more record types",
    "dbDumpRecord pdbbase longin": "before iocInit it shows links too",
    "dbtgf X:ai": "status, units and limits are the record's",
    "dbtgf X:ao": "status, units and limits are the record's",
    "dbel X:ai 1": "says which links and channels they are",
    "dbpr X:ca 1": "EPICS does not clear NAMSG when the same alarm comes again",
    "asdbdump": "Channel Access clients are not there",
    "scanOnceQueueShow": "there are other queues",
    "callbackQueueShow": "there are other queues",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """The session in (EPICS's, our) shell."""
    folder, ports = tmp_path_factory.mktemp("session"), loopback()
    script = FILES["session.cmd"]
    return run(SOFTIOCPVX, script, folder / "real", FILES, ports), run(OURS, script, folder / "ours", FILES, ports)


def outputs(out: list[str]) -> Iterator[list[str]]:
    """What each line of the session printed: a script's lines are printed before they run."""
    wanted = [re.sub(r"\$\(P\)", "X:", re.sub(r"\$\(FILE\)", "a.db", line)) for line in LINES]
    wanted[4] = 'echo X: def "a  b" c'
    wanted = [line.replace("$(M=none)", "none") for line in wanted]
    rest, current = [line.removeprefix("-> ") for line in out], []  # dbBkpt.c's prompt is not ours
    for line in wanted:
        while rest and rest[0] != line:
            current.append(comparable(rest.pop(0)))
        assert rest, f"{line} was not run"
        rest.pop(0)
        if not line.startswith("epicsThreadSleep"):  # what comes later belongs to the line before
            yield current
            current = []
    yield current


def comparable(line: str) -> str:
    for pattern, text in CHANGING:
        line = pattern.sub(text, line)
    return line


def test_a_session_prints_what_it_prints_in_softiocpvx(session: tuple[Run, Run]) -> None:
    real, ours = (list(outputs(run.out))[1:] for run in session)
    lines = [line for line in LINES if not line.startswith("epicsThreadSleep")]
    different = [
        (line, wanted, got)
        for line, wanted, got in zip(lines, real, ours, strict=True)
        if wanted != got and line.split()[0] not in DIFFERENT and line not in DIFFERENT_LINES
    ]
    assert different == []


def test_a_line_that_differs_is_of_a_command_that_says_so() -> None:
    for name in DIFFERENT:
        command = registry.find(name)
        assert command is not None
        assert command.status in (registry.DIFFERS, NO_EFFECT), name


def test_the_session_is_long_enough() -> None:
    assert len([line for line in LINES if not line.startswith("#")]) >= 200


@pytest.fixture(scope="module")
def softiocpvx(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The commands of softIocPVX, as its help lists them."""
    help_text = run(SOFTIOCPVX, "help\n", tmp_path_factory.mktemp("help")).out[1:-3]
    return [name for line in help_text for name in line.split()]


def test_every_command_of_softiocpvx_is_there(softiocpvx: list[str]) -> None:
    assert len(softiocpvx) > 130
    assert [name for name in softiocpvx if registry.find(name) is None] == []


def test_what_softiocpvx_does_not_have_names_its_module(softiocpvx: list[str]) -> None:
    added = {name for name in registry.names() if (command := registry.find(name)) and command.added}
    built = {registry.REGISTRAR}  # each IOC that is built has its own: NAME_registerRecordDeviceDriver
    assert set(registry.names()) - set(softiocpvx) - built == added


def test_every_command_is_in_the_session_or_has_a_test_of_its_own() -> None:
    folders = (Path(__file__).parent, *(Path(__file__).parents[1] / name for name in ("keep", "recsync")))
    tests = "\n".join(path.read_text() for folder in folders for path in folder.glob("test_*.py"))
    lines = tests + "\n".join(LINES)
    assert [name for name in registry.names() if name not in lines and not no_effect(name)] == []


def no_effect(name: str) -> bool:
    command = registry.find(name)
    return command is not None and command.status == NO_EFFECT


def test_the_table_of_commands_is_current() -> None:
    assert (ROOT / "docs" / "shell.md").read_text() == table.page()


def test_a_command_that_is_not_the_same_says_why() -> None:
    for name in registry.names():
        command = registry.find(name)
        assert command is not None
        assert command.status == SAME or command.added or command.reason
