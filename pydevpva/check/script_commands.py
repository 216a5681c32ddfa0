"""What commands of a startup script mean for those who only read it. Main thread."""

from __future__ import annotations

import ast
import os

from pydevpva.check.script import Follower, handles
from pydevpva.check.unused_macros import tell_unused
from pydevpva.db.definitions import EPICS_DBD
from pydevpva.db.macros import parse_macros
from pydevpva.errors import CodeError, LoadError, Location
from pydevpva.evaluator.compiled.code import compile_source, parse_lines
from pydevpva.shell.commands.load import ALREADY_THERE
from pydevpva.shell.process.envpaths import database_source, made_by_make


@handles("epicsEnvSet", "putenv")
def set_environment(run: Follower, words: list[str], at: Location) -> None:
    if len(words) > 1:
        os.environ[words[0]] = words[1]
        for scope in run.scopes:
            if isinstance(scope, dict):
                scope.pop(words[0], None)


@handles("epicsEnvUnset")
def unset_environment(run: Follower, words: list[str], at: Location) -> None:
    for word in words[:1]:
        os.environ.pop(word, None)


@handles("cd", "chdir")
def change_directory(run: Follower, words: list[str], at: Location) -> None:
    try:
        os.chdir(words[0] if words else os.environ.get("HOME", "/"))
    except OSError as error:
        run.site.note("load", at, f"cd {words[0] if words else ''}: {error.strerror}")


@handles("iocshLoad")
def load_script(run: Follower, words: list[str], at: Location) -> None:
    if words:
        run.follow(words[0], words[1] if len(words) > 1 else "", at)


@handles("dbLoadDatabase")
def load_database(run: Follower, words: list[str], at: Location) -> None:
    file, path, macros = [*words, "", "", ""][:3]
    name = os.path.basename(file)
    folders = _folders(path)
    if not _exists(file, folders) and (
        name in ALREADY_THERE or os.path.exists(os.path.join(EPICS_DBD, name)) or made_by_make(file)
    ):
        return
    run.site.load_database(file, parse_macros(macros), folders)


@handles("dbLoadRecords")
def load_records(run: Follower, words: list[str], at: Location) -> None:
    file, macros = [*words, "", ""][:2]
    source, folder = _source(file)
    values = parse_macros(macros)
    if not _exists(source, []):
        run.site.note("load", at, f'no file "{file}" in {os.getcwd()}', file)
    elif source.endswith(".substitutions") and source != file:
        _load_template(run, source, macros, [folder], at)
    else:
        tell_unused(run.site, source, values, at)
        run.site.load_records(source, values, [folder] if folder else ())


@handles("dbLoadTemplate")
def load_template(run: Follower, words: list[str], at: Location) -> None:
    file, macros, path = [*words, "", "", ""][:3]
    source, folder = _source(file)
    _load_template(run, source, macros, [*_folders(path), *([folder] if folder else [])], at)


def _load_template(run: Follower, source: str, macros: str, folders: list[str], at: Location) -> None:
    try:
        run.site.load_template(source, parse_macros(macros), folders)
    except LoadError as error:
        run.site.note("load", at, str(error), source)


def _source(file: str) -> tuple[str, str]:
    """The file, or what `make` would have made it from, with that one's folder."""
    if _exists(file, []) or (source := database_source(file)) is None:
        return file, ""
    return str(source), os.path.dirname(str(source))


def _folders(path: str) -> list[str]:
    return path.split(os.pathsep) if path else []


def _exists(file: str, folders: list[str]) -> bool:
    searched = [*folders, *os.environ.get("EPICS_DB_INCLUDE_PATH", "").split(os.pathsep), "."]
    return any(os.path.exists(os.path.join(folder, file)) for folder in searched)


@handles("asSetFilename")
def set_access_file(run: Follower, words: list[str], at: Location) -> None:
    if words:
        run.site.access_file = (os.path.abspath(words[0]), at)


@handles("pydev", "pydevExec")
def python(run: Follower, words: list[str], at: Location) -> None:
    """Compiled and read, not run."""
    code = words[0] if words else ""
    try:
        compile_source(code, f"{at.file} line {at.line}")
        body = parse_lines(code, f"{at.file} line {at.line}")
    except CodeError as error:
        run.site.note("python-syntax", at, error.reason)
        return
    for module in run.site.python.run(ast.Module(body, [])):
        run.site.note(
            "python-module", at, f'no module "{module}": not in PYTHONPATH, not installed', f"module {module}"
        )
