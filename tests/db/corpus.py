"""Database files of a directory through EPICS and through us: what loads, with which result, or what is complained of.

python -m tests.db.corpus DIRECTORY...: a table of how many agree, per directory in them, and each that differs. The
files are .db, .vdb, .template, .substitutions and .dbd. Each is loaded with words and with numbers for its macros, and
with none; with what EPICS has, and again with the record types and devices of the .dbd files found. The EPICS of the
installed epicscorelibs loads them beside us, see real_epics.py.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydevpva.db.dbf import FLOATS
from pydevpva.db.definitions import EPICS_DBD, OWN_DBD, Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.lexis import plain
from pydevpva.db.loader import add_file, load
from pydevpva.db.macros import parse_macros
from pydevpva.db.model import Field
from pydevpva.db.template import BUILT_FROM, add_template
from pydevpva.db.values import choices, value_of
from pydevpva.devices.registry import own_devices
from pydevpva.errors import LoadError, NotFound
from tests.db import complaints, real_epics

KINDS = {".db": "db", ".vdb": "db", ".template": "db", ".substitutions": "substitutions"}


def own_dbd() -> list[str]:
    """What pydevpva defines besides EPICS: its .dbd files, and one of the DTYPs that its record types declare."""
    definitions = Definitions(own_devices)
    lines = [
        f'device({device.record_type}, {device.link_type}, {device.dset}, "{device.choice}")\n'
        for rtype in definitions.record_type_names
        for device in own_devices(rtype)
    ]
    devices = Path(tempfile.mkdtemp()) / "devices.dbd"
    devices.write_text("".join(lines))
    own = sorted(Path(OWN_DBD).glob("*.dbd"), key=lambda path: "menu(" not in path.read_text().split("recordtype")[0])
    return [*map(str, own), str(devices)]  # EPICS wants menus before the fields that have them


ROUNDS = ("words", "numbers", "none")
FIELD = re.compile(r'\tfield\((\w+),"((?:[^"\\]|\\.)*)"\)|\tinfo\("([^"]+)","((?:[^"\\]|\\.)*)"\)')
HEAD = re.compile(r'^g?record\((\w+),"([^"]+)"\) \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
ALIAS = re.compile(r'^alias\("([^"]+)","([^"]+)"\)', re.MULTILINE)
_NAME = re.compile(r"\$[({]([A-Za-z_][\w.-]*)")
_NAMED = re.compile(r'^[ \t]*(?:file|include)\s+"?([^\s"{]+)', re.MULTILINE)
_BEFORE_MSI = re.compile(r"at or before 'substitute'|^ \d+ \| *substitute +\"", re.MULTILINE)
_PLACE = re.compile(r'^[ \t]*(?:file|include)\s+"?\$[({](\w+)[)}]/([^\s"{$]+)', re.MULTILINE)


@dataclass
class Corpus:
    """The files below some directories, and where what they include is found."""

    roots: Sequence[Path]
    definitions: Definitions = field(default_factory=lambda: Definitions(own_devices))
    dbd: list[str] = field(default_factory=own_dbd)

    @cached_property
    def files(self) -> list[Path]:
        """All database files, each content once."""
        found = [path for root in self.roots for path in _below(root) if path.suffix in KINDS]
        return sorted({path.read_bytes(): path for path in reversed(found) if is_database(path)}.values())

    @cached_property
    def definition_files(self) -> list[Path]:
        """The .dbd files that define more than EPICS has."""
        found = [path for root in self.roots for path in _below(root) if path.suffix == ".dbd" and path.is_file()]
        return sorted({path.read_bytes(): path for path in reversed(found) if self._is_more(path)}.values())

    def _is_more(self, path: Path) -> bool:
        if str(path.parent) in (EPICS_DBD, OWN_DBD):
            return False
        return bool(re.search(r"^\s*(recordtype|device|menu)\s*\(", path.read_text(errors="replace"), re.MULTILINE))

    @cached_property
    def directories(self) -> list[str]:
        kinds = {*KINDS, ".dbd", ".req"}
        return list(
            dict.fromkeys(str(path.parent) for root in self.roots for path in _below(root) if path.suffix in kinds)
        )

    def search(self, path: Path) -> list[str]:
        """The directories for a file's includes: its own, those of its module, all others."""
        module = self.module(path)
        near = [place for place in self.directories if f"{place}/".startswith(f"{module}/")]
        return list(dict.fromkeys([".", *near, *self.directories]))

    def module(self, path: Path) -> str:
        """The directory below the root that a file is in."""
        root = next(root for root in self.roots if path.is_relative_to(root))
        parts = path.relative_to(root).parts
        return str(root / parts[0]) if len(parts) > 1 else str(root)

    def whole(self, path: Path, depth: int = 0) -> str:
        """A file's text with that of the files it names."""
        text = path.read_text(errors="replace")
        named = {Path(name).name for name in _NAMED.findall(text)} if depth < 4 else set()
        found = (self._nearest(path, name) for name in sorted(named))
        return text + "".join(self.whole(other, depth + 1) for other in found if other is not None)

    def _nearest(self, path: Path, name: str) -> Path | None:
        places = (Path(place, name) for place in [str(path.parent), *self.search(path)])
        return next((place for place in places if place.is_file()), None)

    def place(self, file: str) -> str:
        """The module that has stdApp/Db/x.db of "$(STD)/stdApp/Db/x.db"; "" when none has."""
        return next((place for place in self.modules if Path(place, file).is_file()), "")

    @cached_property
    def modules(self) -> list[str]:
        return list(dict.fromkeys(self.module(path) for path in self.files))


def _below(root: Path) -> Iterator[Path]:
    for directory, _, files in sorted(os.walk(root, followlinks=True)):
        yield from (Path(directory, name) for name in sorted(files))


def is_database(path: Path) -> bool:
    """Other things are called .db and .template too."""
    return path.is_file() and (path.suffix == ".substitutions" or b"record" in path.read_bytes())


@dataclass
class Case:
    """One file, loaded with one set of macros; what EPICS makes of it is at `result`."""

    path: Path
    round: str
    job: real_epics.Job
    with_modules: bool = False

    @property
    def kind(self) -> str:
        return str(self.job["kind"])

    def epics(self) -> tuple[bool, str, str]:
        """Accepted, what was said, the dump."""
        status, said = (Path(self.job["result"] + end) for end in (".status", ".err"))
        dump = Path(self.job["result"] + ".dump")
        text = dump.read_text(errors="surrogateescape") if dump.exists() else ""
        accepted = status.read_text() == "0" and not complaints.theirs(said.read_text(errors="replace"))
        return accepted, said.read_text(errors="replace"), text

    def is_unbuilt(self, said: str) -> bool:
        """Whether EPICS misses what its build makes: of a template, or of one with msi's `substitute`. We make it."""
        missing = (subject for kind, subject, _ in complaints.theirs(said) if kind == "open")
        sources = (Path(name).stem + end for name in missing for end in (BUILT_FROM, ".template"))
        return bool(_BEFORE_MSI.search(said)) or any(
            Path(self.job["directory"], place, source).is_file()
            for source in sources
            for place in self.job["path"].split(os.pathsep)
        )


def cases(corpus: Corpus, files: Sequence[Path], results: Path, rounds: Sequence[str] = ROUNDS) -> list[Case]:
    """The loads to compare; a round that would be as another is left out."""
    made: list[Case] = []
    for path in files:
        text = corpus.whole(path)
        names = sorted(set(_NAME.findall(text)))
        environment = {name: corpus.place(file) or str(results) for name, file in _PLACE.findall(text)}
        for round_ in rounds if names else ("none",):
            values = {name: f"M{n}" if round_ == "words" else "1" for n, name in enumerate(names)} | environment
            macros = "" if round_ == "none" else ",".join(f"{name}={value}" for name, value in values.items())
            job = {
                "file": path.name,
                "kind": KINDS.get(path.suffix, "dbd"),
                "directory": str(path.parent),
                "macros": macros,
                "path": os.pathsep.join(corpus.search(path)),
                "environment": environment,
                "result": str(results / str(len(made))),
            }
            made.append(Case(path, round_, job))
    return made


def link_all(corpus: Corpus, results: Path) -> None:
    """Have all files in `results`/db, as a site has those of a module."""
    for name in ("db", "dbd", "Db"):
        (results / name).mkdir(parents=True, exist_ok=True)
    for path in corpus.files:
        for name in ("db", "Db"):
            if not (results / name / path.name).exists():
                (results / name / path.name).symlink_to(path)


def add_modules(corpus: Corpus, results: Path) -> list[str]:
    """Take in the .dbd files that EPICS takes; tells where we do not agree."""
    for menu in ("menuScan", "menuConvert"):
        corpus.definitions.menu(menu)  # EPICS has loaded its own before; with us a site's would count
    made = cases(corpus, corpus.definition_files, results, ("none",))
    for case in made:
        case.job["path"] += os.pathsep + str(Path(real_epics.__file__).parent)
        case.job["path"] += os.pathsep + EPICS_DBD
    real_epics.run([case.job for case in made], corpus.dbd)
    differences = []
    for case in made:
        accepted, said, _ = case.epics()
        definitions = Definitions(own_devices)
        mine = []
        try:
            definitions.load(str(case.path), [str(case.path.parent), *corpus.search(case.path)])
        except LoadError as error:
            mine = complaints.ours(error.problems)
        if accepted != (not mine) or not complaints.same(complaints.theirs(said), mine):
            differences.append(f"{case.path}: EPICS {complaints.theirs(said)}\n    pydevpva {mine}")
        elif accepted:
            corpus.definitions.load(str(case.path), [str(case.path.parent), *corpus.search(case.path)])
            corpus.dbd.append(str(case.path))
    return differences


def difference(case: Case, definitions: Definitions) -> tuple[str, str]:
    """("loaded", "refused" or "unbuilt", "") when we agree with EPICS; otherwise the second says how not."""
    accepted, said, dump = case.epics()
    known, before = Instances(), definitions.snapshot()
    os.environ.update(case.job["environment"])
    here = os.getcwd()
    os.chdir(case.job["directory"])
    try:
        add = add_template if case.kind == "substitutions" else add_file
        macros, search = parse_macros(case.job["macros"]), case.job["path"].split(os.pathsep)
        load(lambda batch: add(batch, case.job["file"], macros, search), definitions, known)
    except LoadError as error:
        mine, its = complaints.ours(error.problems), complaints.theirs(said)
        if accepted:
            return "differs", f"EPICS loads it; pydevpva: {error.problems[0]}"
        if case.is_unbuilt(said):
            return "unbuilt", ""
        return "refused", "" if complaints.same(its, mine) else f"EPICS {its}\n    pydevpva {mine}"
    else:
        if not accepted and case.is_unbuilt(said):
            return "unbuilt", ""
        if not accepted:
            return "differs", f"EPICS {complaints.theirs(said)}; pydevpva loads it"
        return "loaded", unlike(known, dump, definitions)
    finally:
        os.chdir(here)
        definitions.restore(before)
        for name in case.job["environment"]:
            os.environ.pop(name, None)


def unlike(known: Instances, dump: str, definitions: Definitions) -> str:
    """How our records differ from EPICS's dump: names, types, aliases, infos, every field; "" when they do not."""
    theirs = {m[2]: (m[1], m[3]) for m in HEAD.finditer(dump)}
    aliases = {alias: record for record, alias in ALIAS.findall(dump)}
    if theirs.keys() != known.keys():
        return f"records: {sorted(theirs.keys() ^ known.keys())}"
    if aliases != known.aliases:
        return f"aliases: {sorted(aliases.items() ^ known.aliases.items())}"
    return next(filter(None, (_unlike(known, n, t, body, definitions) for n, (t, body) in theirs.items())), "")


def _unlike(known: Instances, name: str, rtype: str, body: str, definitions: Definitions) -> str:
    record, fields = known[name], definitions.record_type(rtype).fields
    if record.type != rtype:
        return f"{name} is {record.type}, not {rtype}"
    found = {m[1] or "info " + m[3]: plain(f'"{m[2] if m[1] else m[4]}"') for m in FIELD.finditer(body)}
    for field_name, text in found.items():
        if field_name.startswith("info ") or field_name == "NAME":
            continue
        definition = fields[field_name]
        given = record.fields.get(field_name)
        mine = given.text if given is not None else definition.initial
        if not _equal(mine, text, definition, rtype, definitions):
            return f"{name}.{field_name}: {mine!r}, EPICS {text!r}"
    lost = [n for n in record.fields if n not in found]
    infos = {key[5:]: text for key, text in found.items() if key.startswith("info ")}
    return (
        f"{name}: fields {lost}" if lost else "" if infos == record.infos else f"{name}: {record.infos}, EPICS {infos}"
    )


def _equal(mine: str, text: str, definition: Field, rtype: str, definitions: Definitions) -> bool:
    try:
        ours, theirs = (str(value_of(t, definition, rtype, definitions)).strip() for t in (mine, text))
    except (ValueError, NotFound):
        return mine == text
    if definition.type in ("MENU", "DEVICE") and not text:  # one behind the last choice is taken, and has no label
        return ours == theirs or ours == str(len(choices(definition, rtype, definitions)))
    if definition.type in FLOATS and ours and theirs:
        return f"{float(ours):.14g}" == f"{float(theirs):.14g}"  # the digits of the dump
    return ours == theirs or (definition.type == "UINT64" and int(ours) % 2**32 == int(theirs))  # the dump has 32 bits


def main(roots: Sequence[str]) -> None:
    corpus = Corpus([Path(root).resolve() for root in roots])
    counts: dict[str, Counter[str]] = {}
    agree: dict[Path, bool] = {}
    loaded: set[Path] = set()
    with tempfile.TemporaryDirectory() as directory:
        link_all(corpus, Path(directory))
        for modules in (False, True):
            if modules:
                (Path(directory) / "dbd.results").mkdir()
                differences = add_modules(corpus, Path(directory) / "dbd.results")
                print(f"{len(corpus.definition_files)} .dbd files, {len(differences)} differ", *differences, sep="\n")
            made = cases(corpus, corpus.files, Path(directory))
            real_epics.run([case.job for case in made], corpus.dbd)
            for case in made:
                verdict, how = difference(case, corpus.definitions)
                if how:
                    print(f"{case.path} ({case.round}{', modules' if modules else ''}): {how}")
                counts.setdefault(corpus.module(case.path), Counter())["differs" if how else verdict] += 1
                agree[case.path] = agree.get(case.path, True) and not how
                if verdict == "loaded" and not how:
                    loaded.add(case.path)
    for module, count in counts.items():
        print(Path(module).name, dict(count))
    kinds = Counter(path.suffix for path in corpus.files)
    print(
        f"{len(agree)} files {dict(kinds)}, {sum(agree.values())} agree in all rounds, {len(loaded)} load in some; "
        f"loads: {dict(sum(counts.values(), Counter()))}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
