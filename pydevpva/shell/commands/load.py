"""What is read before iocInit: definitions, records, templates, groups."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from pydevpva.db.definitions import EPICS_DBD
from pydevpva.db.macros import parse_macros
from pydevpva.db.modules import RECORDS_OF
from pydevpva.errors import LoadError, Problem, once
from pydevpva.shell.language.registry import PATH, PDBBASE, REGISTRAR, Argument, CommandFailed, command
from pydevpva.shell.process.envpaths import database_source, made_by_make, wanted_macros
from pydevpva.shell.session import Shell

ALREADY_THERE = frozenset({
    "softIoc.dbd", "softIocPVA.dbd", "softIocPVX.dbd", "pydev.dbd", "pycalcRecord.dbd", "devIocStats.dbd",
    "iocAdmin.dbd", "reccaster.dbd",
})  # fmt: skip
RECCASTER = "reccaster.dbd"  # to load it is to want it


@command("dbLoadDatabase", Argument("file name", PATH), Argument("path", PATH), "substitutions")
def load_database(shell: Shell, file: str | None, path: str | None, macros: str | None) -> int:
    """Read a .dbd file: record types, menus, devices, breakpoint tables of your own.

    All of EPICS base and of PyDevice is there already, so a .dbd that `make` would have built may be missing.

    Example: dbLoadDatabase("dbd/my.dbd")
    """
    if not file:
        shell.print('Usage: dbLoadDatabase "file", "path", "subs"')
        return 1
    name = os.path.basename(file)
    if name == RECCASTER:
        shell.ioc.reccaster.settings.wanted = True
    if not _exists(file, path):
        if name in ALREADY_THERE or os.path.exists(os.path.join(EPICS_DBD, name)):
            return 0
        if made_by_make(file):
            shell.warn(f"{file} is not there (make would have built it): going on with EPICS base's and PyDevice's own")
            return 0
    return _load(shell, file, lambda: shell.ioc.load_database(file, _folders(path), parse_macros(macros or "")))


def _folders(path: str | None) -> list[str]:
    return path.split(os.pathsep) if path else []


def _exists(file: str, path: str | None) -> bool:
    folders = [*(path or os.environ.get("EPICS_DB_INCLUDE_PATH", "")).split(os.pathsep), "."]
    return any(os.path.exists(os.path.join(folder, file)) for folder in folders)


@command(REGISTRAR, Argument("pdbbase", PDBBASE))
def register(shell: Shell, pdbbase: str | None) -> None:
    """NAME_registerRecordDeviceDriver(pdbbase), for any NAME: accepted; what it would register is there already."""


@command("registerAllRecordDeviceDrivers", Argument("pdbbase", PDBBASE))
def register_all(shell: Shell, pdbbase: str | None) -> None:
    """Accepted: what it would register is there already."""


@command("dbLoadRecords", Argument("file name", PATH), "substitutions")
def load_records(shell: Shell, file: str | None, macros: str | None) -> int:
    """Load the records of a .db file, with values for its $(macros). Before iocInit.

    All that is wrong with the file is reported; then nothing of it is loaded.

    Example: dbLoadRecords("db/motor.db", "P=LAB:,N=1")
    """
    if not file:
        shell.print('Usage: dbLoadRecords "file", "subs"')
        return 1
    _before_init(shell, file)
    source = _source(shell, file)
    values, folder = parse_macros(macros or ""), [os.path.dirname(source)]
    if source.endswith(".substitutions") and source != file:
        return _load(shell, file, lambda: shell.ioc.load_template(source, values, folder), macros)
    return _load(shell, file, lambda: shell.ioc.load_records(source, values, folder if source != file else ()), macros)


@command("dbLoadTemplate", Argument("filename", PATH), "var1=value1,var2=value2", "path1:path2:...")
def load_template(shell: Shell, file: str | None, macros: str | None, path: str | None) -> int:
    """Load the records that a .substitutions file makes from templates. Before iocInit.

    Example: dbLoadTemplate("db/motors.substitutions", "P=LAB:")
    """
    if not file:
        raise CommandFailed("must specify variable substitution file")
    _before_init(shell, file)
    source = _source(shell, file)
    folders = [*_folders(path), *([os.path.dirname(source)] if source != file else [])]
    return _load(shell, file, lambda: shell.ioc.load_template(source, parse_macros(macros or ""), folders), macros)


@command("dbLoadGroup", Argument("JSON file", PATH), "macros")
def load_group(shell: Shell, file: str | None, macros: str | None) -> int:
    """Load the group definitions of a JSON file. Before iocInit.

    Example: dbLoadGroup("db/image.json", "P=LAB:")
    """
    if not file:
        raise CommandFailed('Usage: dbLoadGroup("file.json", "macros")')
    _before_init(shell, file)
    return _load(shell, file, lambda: shell.ioc.load_groups(file, parse_macros(macros or "")))


def _source(shell: Shell, file: str) -> str:
    """The file itself, or what `make` would have made it from when it is missing."""
    if _exists(file, None) or (source := database_source(file)) is None:
        return file
    shell.warn(f"{file} is not there (make would have made it): using {source}")
    return str(source)


def _before_init(shell: Shell, file: str) -> None:
    if shell.ioc.state != "new":
        raise CommandFailed(f"ERROR: Failed to load '{file}'\n    Records cannot be loaded after iocInit!")


def _load(shell: Shell, file: str, load: Callable[[], object], macros: str | None = None) -> int:
    try:
        load()
    except LoadError as error:
        raise CommandFailed(_told(shell, file, macros or "", error)) from None
    except OSError as error:
        raise CommandFailed(
            f"ERROR: Can't open file '{file}': {error.strerror}\n{_failed(shell, file)}{_beside(shell, file)}"
        ) from None
    return 0


def _told(shell: Shell, file: str, macros: str, error: LoadError) -> str:
    """What to print of a load that failed: what a script was told before is not explained again."""
    found = once(error.problems)
    new = [problem for cause, problem in found.items() if shell.is_news(cause)]
    if not new:
        causes = ", ".join(cause for cause, problem in found.items() if problem.cause)
        return f"{_failed(shell, file)}, as above" + (f": {causes}" if causes else "")
    what = [f"ERROR: {problem}" for problem in new]
    advice = _macros(shell, file, macros, new) + _beside(shell, file) + _without(shell, error.problems)
    return "\n".join([*what, _failed(shell, file) + advice])


def _failed(shell: Shell, file: str) -> str:
    """EPICS's line, and which line of a script it was."""
    scope = shell.scope
    return f"ERROR: Failed to load '{file}'" + (f"; line {scope.line} of {scope.file}" if scope.path else "")


def _macros(shell: Shell, file: str, given: str, problems: Sequence[Problem]) -> str:
    """How the macros in records get their values."""
    names = [p.cause.removeprefix("macro ") for p in problems if p.cause.startswith("macro ") and p.location.line]
    if not names:
        return ""
    if not file.endswith(".substitutions"):
        names = wanted_macros(file, parse_macros(given)) or names  # also those in what a mistake has hidden
    values = ",".join([*([given] if given else []), *(f"{name}=..." for name in names)])
    command = "dbLoadTemplate" if file.endswith(".substitutions") else "dbLoadRecords"
    how = f'{command}("{file}", "{values}")' if shell.scopes else f'-m "{values}" before -d {file}'
    return f"\n    macros get their values by {how}"


def _without(shell: Shell, problems: Sequence[Problem]) -> str:
    """How to load the rest of a file in which only records of well-known modules are wrong; told once in a script."""
    theirs = all(problem.cause.startswith(RECORDS_OF) for problem in problems)
    if not theirs or not shell.is_news("--skip-unsupported"):
        return ""
    how = "pydevpva --skip-unsupported, or 'var pydevSkipUnsupported 1' before this line"
    return f"\n    {how}, loads its other records"


def _beside(shell: Shell, file: str) -> str:
    """What to do when the file is not here but next to the script that is run."""
    folders = (scope.folder for scope in reversed(shell.scopes) if scope.path)
    there = next((folder for folder in folders if os.path.isfile(os.path.join(folder, file))), None)
    return "" if there is None or _exists(file, None) else f'\n    it is in {there}: cd("{there}") before this line'
