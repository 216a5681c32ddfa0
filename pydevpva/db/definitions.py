"""Everything the .dbd files say. EPICS's own are read lazily, one record type or menu at a time; a user's at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import filterfalse
from pathlib import Path

import epicscorelibs

from pydevpva.db import apply
from pydevpva.db.model import Breaktable, Device, Menu, RecordType
from pydevpva.db.source import Reader, Source
from pydevpva.db.statements import statements
from pydevpva.db.syntax import RegularRecord, Statement
from pydevpva.errors import LoadError, Location, NotFound, Problem, did_you_mean

EPICS_DBD = os.path.join(os.path.dirname(epicscorelibs.__file__), "dbd")
OWN_DBD = os.path.join(os.path.dirname(os.path.dirname(__file__)), "records", "dbd")
_RECORD_FILE = "Record.dbd"
_INCLUDED = re.compile(r'"(\w+)Record\.dbd"')
_DEFINED = re.compile(r"^recordtype\(\s*(\w+)", re.MULTILINE)
_MENU = re.compile(r"\bmenu\(\s*(\w+)\s*\)\s*\{")
_SITES_OWN = {"menuScan", "menuConvert"}  # EPICS has sites add to them: scan periods, breakpoint tables
Found = Statement | RegularRecord
_TABLE_FILE = re.compile(r"bpt(\w+)\.dbd")


def own_statements(path: str) -> tuple[Source, Sequence[Found], Sequence[Problem]]:
    """A .dbd file of EPICS or of this package, which never changes: its text, its statements, what is wrong with it."""
    reader = Reader({}, [os.path.dirname(path)], fallback=EPICS_DBD)
    source = reader.read(path)
    return source, list(statements(source, reader.problems)), reader.problems


@cache
def _own_files() -> Mapping[str, str]:
    """The text of each of this package's .dbd files."""
    return {str(path): path.read_text() for path in sorted(Path(OWN_DBD).glob("*.dbd"))}


@cache
def _type_files() -> Mapping[str, str]:
    """The file of each record type: EPICS's are named after the type, ours are looked into."""
    standard = (Path(EPICS_DBD) / "stdRecords.dbd").read_text()
    files = {name: os.path.join(EPICS_DBD, name + _RECORD_FILE) for name in _INCLUDED.findall(standard)}
    for path, text in _own_files().items():
        files.update((name, path) for name in _DEFINED.findall(text))
    return files


@cache
def _menu_file(name: str) -> str | None:
    """The file of a menu: one that is named after it, or that of the record type it belongs to."""
    named = os.path.join(EPICS_DBD, f"{name}.dbd")
    return named if re.fullmatch(r"menu\w+", name) and os.path.isfile(named) else _menus_of_types().get(name)


@cache
def _menus_of_types() -> Mapping[str, str]:
    return {menu: path for path in _type_files().values() for menu in _MENU.findall(Path(path).read_text())}


@cache
def _table_files() -> Mapping[str, str]:
    """The file of each of EPICS's breakpoint tables."""
    names = ((name, _TABLE_FILE.fullmatch(name)) for name in sorted(os.listdir(EPICS_DBD)))
    return {match[1][0].lower() + match[1][1:]: os.path.join(EPICS_DBD, name) for name, match in names if match}


def _is_ours(found: Found) -> bool:
    """Whether a user's .dbd defines what is defined here."""
    if not isinstance(found, Statement) or found.kind not in ("recordtype", "menu"):
        return False
    (name,) = found.words
    if found.kind == "recordtype":
        return name in _type_files()
    return name not in _SITES_OWN and _menu_file(name) is not None


class Definitions:
    """What dbLoadDatabase has loaded; EPICS's base.dbd and ours are there from the start. Used by one thread.

    What is defined first wins, as in dbStaticLib: a C IOC's whole .dbd, of whatever EPICS it was built with, changes no
    record type and no menu that is here. Only a site's own menuScan, menuConvert and breakpoint tables count, when they
    are loaded before these are first used.
    """

    def __init__(self, own_devices: Callable[[str], Iterable[Device]] | None = None) -> None:
        """own_devices: what else a record type's DTYP may be, which no .dbd says; asked once for each type."""
        self._own_devices = own_devices
        self._asked: set[str] = set()
        self._has_epics_devices = False
        self.types: dict[str, RecordType] = {}
        self.menus: dict[str, Menu] = {}
        self.breaktables: dict[str, Breaktable] = {}
        self._devices: dict[str, dict[str, Device]] | None = None
        self._loaded: set[str] = set()
        self.links: dict[str, str] = {}
        self.functions: list[str] = []
        self.registrars: list[str] = []
        self.declared_variables: dict[str, str] = {}
        self.user_types: list[str] = []

    # what others ask

    def record_type(self, name: str) -> RecordType:
        """The record type of that name; NotFound."""
        found = self.types.get(name)
        if found is None:
            file = _type_files().get(name)
            if file is None:
                raise NotFound(f'no record type "{name}"{did_you_mean(name, self.record_type_names)}')
            self._read_own(file)
            found = self.types[name]
        return found

    def menu(self, name: str) -> Menu:
        """The menu of that name; NotFound."""
        found = self.menus.get(name)
        if found is None and (file := _menu_file(name)) is not None:
            self._read_own(file)
            found = self.menus.get(name)
        if found is None:
            raise NotFound(f'no menu "{name}"{did_you_mean(name, self.menus)}')
        return found

    def devices(self, record_type: str) -> dict[str, Device]:
        """A record type's devices by DTYP choice, in the order of their indices: EPICS's, ours, the user's."""
        devices = self._all_devices().setdefault(record_type, {})
        if self._own_devices is not None and self._has_epics_devices and record_type not in self._asked:
            self._asked.add(record_type)
            for device in self._own_devices(record_type):
                devices.setdefault(device.choice, device)
        return devices

    def breaktable(self, name: str) -> Breaktable:
        """The breakpoint table of that name, as in menuConvert; NotFound."""
        found = self.breaktables.get(name)
        if found is None and name in _table_files():
            self._read_own(_table_files()[name])
            found = self.breaktables.get(name)
        if found is None:
            known = {*self.breaktables, *_table_files()}
            raise NotFound(f'no breaktable "{name}"{did_you_mean(name, known)}')
        return found

    def has_record_type(self, name: str) -> bool:
        """Whether there is one of that name."""
        return name in _type_files() or name in self.user_types

    @property
    def record_type_names(self) -> Sequence[str]:
        """All record types: EPICS's in the order of base.dbd, ours, the user's."""
        return [*_type_files(), *(name for name in self.user_types if name not in _type_files())]

    @property
    def base_record_types(self) -> Sequence[str]:
        """Those of EPICS base alone."""
        return [name for name, file in _type_files().items() if os.path.dirname(file) == EPICS_DBD]

    @property
    def variables(self) -> dict[str, str]:
        """Declared variables and their types: those of base.dbd and the user's."""
        if "dbCore.dbd" not in self._loaded:
            self._loaded.add("dbCore.dbd")
            for file in ("dbCore.dbd", "asSub.dbd", "rsrv.dbd", "links.dbd"):
                self._read_own(os.path.join(EPICS_DBD, file))
        return self.declared_variables

    def load(self, path: str, search: Sequence[str] = (), macros: Mapping[str, str] | None = None) -> None:
        """Read a .dbd file (dbLoadDatabase). LoadError has all that is wrong; then nothing of the file is taken."""
        self._all_devices()
        reader = Reader(macros or {}, search, fallback=EPICS_DBD, skip=self._is_read_lazily)
        try:
            file = reader.find(path)
        except NotFound as error:
            raise LoadError([Problem(Location(path), str(error))]) from None
        if self._is_read_lazily(file, 0):
            return
        source = reader.read(path)
        before = self.snapshot()
        others = filterfalse(_is_ours, statements(source, reader.problems))
        problems = self._apply(source, others, reader.problems)
        if problems:
            self.restore(before)
            raise LoadError(problems)

    # how it is read

    def define(self, statement: Statement, source: Source) -> list[Problem]:
        """Take in one statement that is not a record; returns what is wrong with it."""
        return apply.DEFINE[statement.kind](self, statement, source)

    def restore(self, snapshot: dict[str, object]) -> None:
        """Take back what was defined since."""
        self.__dict__.update(snapshot)

    def _apply(
        self, source: Source, found: Iterable[Statement | RegularRecord], problems: list[Problem]
    ) -> list[Problem]:
        for statement in found:
            if isinstance(statement, Statement) and statement.kind in apply.DEFINE:
                problems += self.define(statement, source)
            else:
                problems.append(source.problem(statement.offset, "a record belongs in a .db file (dbLoadRecords)"))
        return problems

    def _read_own(self, path: str) -> None:
        """Read a file of EPICS or of this package."""
        source, found, problems = own_statements(path)
        problems = self._apply(source, found, list(problems))
        if problems:
            raise LoadError(problems)

    def _all_devices(self) -> dict[str, dict[str, Device]]:
        if self._devices is None:
            self._devices = {}
            self._read_own(os.path.join(EPICS_DBD, "devSoft.dbd"))
            for path, text in _own_files().items():
                if "device(" in text:
                    self._read_own(path)
            self._has_epics_devices = True
        return self._devices

    def snapshot(self) -> dict[str, object]:
        """What is defined now, for `restore`."""
        self._all_devices()
        copies: dict[str, object] = {k: v.copy() for k, v in self.__dict__.items() if isinstance(v, dict | list | set)}
        copies["_devices"] = {name: devices.copy() for name, devices in (self._devices or {}).items()}
        return copies

    @staticmethod
    def _is_read_lazily(path: str, depth: int) -> bool:
        """A file of EPICS that need not be read now; inside braces (dbCommon.dbd) it must be."""
        return depth == 0 and os.path.dirname(os.path.abspath(path)) == EPICS_DBD
